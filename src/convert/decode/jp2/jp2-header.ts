import { textAt } from '../../formats/bytes.ts';
import { byteReader } from '../byte-reader.ts';
import { isoBox, isoBoxes, viewOf } from '../iso-boxes.ts';
import { damagedImage, unsupportedVariant } from '../wasm/wasm-errors.ts';
import { codestreamOf, type Jp2Component, readSamples } from './jp2-codestream.ts';

export interface Jp2Header {
  width: number;
  height: number;
  tiles: number;
  /** As coded, not as expanded by a palette. */
  components: Jp2Component[];
  /** The indices of the colour components, in order. */
  colours: number[];
  alpha: { component: number; isPremultiplied: boolean } | undefined;
  /** The single component is an index into a palette with one column per colour. */
  hasPalette: boolean;
  /** Four colours; otherwise one or three. */
  isCmyk: boolean;
  /** Luma and two colour differences. */
  isYcc: boolean;
  icc: Uint8Array | undefined;
  codestream: Uint8Array;
}

/** Reads a bare codestream, or one in a JP2 container with metadata: ISO/IEC 15444-1, annex I. */
export function readJp2Header(bytes: Uint8Array): Jp2Header {
  const codestream = codestreamOf(bytes);
  if (!codestream) throw damagedImage('JPEG 2000', 'there is no codestream');
  const boxes = (codestream !== bytes && isoBox(bytes, 'jp2h')) || new Uint8Array();
  const samples = readSamples(codestream);
  const palette = paletteColumns(boxes);
  const channels = palette ?? samples.components.length;
  // Checked before any lookup, because a file can have thousands of channels.
  if (channels > 4) throw unsupportedVariant('JPEG 2000', `${channels} channels`);
  const colourspace = readColourspace(boxes);
  const { alpha, colours } = colourspace.isCmyk
    ? { colours: [0, 1, 2, 3].slice(0, channels), alpha: undefined }
    : channelsOf(boxes, channels);
  if (!(colourspace.isCmyk ? [4] : [1, 3]).includes(colours.length)) {
    throw unsupportedVariant('JPEG 2000', `${colours.length} colours`);
  }
  if (palette && alpha) throw unsupportedVariant('JPEG 2000', 'a palette with transparency');
  return {
    ...samples,
    colours,
    alpha,
    hasPalette: palette !== undefined,
    isCmyk: colourspace.isCmyk,
    isYcc: colourspace.kind === ycc && colours.length === 3,
    icc: colourspace.icc,
    codestream,
  };
}

/** The number of channels of the decoded image, including alpha. */
export function jp2Channels({ colours, alpha }: Jp2Header): 1 | 2 | 3 | 4 {
  return (colours.length + (alpha ? 1 : 0)) as 1 | 2 | 3 | 4;
}

function paletteColumns(boxes: Uint8Array): number | undefined {
  return isoBox(boxes, 'pclr')?.[2];
}

const [opacity, premultipliedOpacity] = [1, 2];

/** If the file does not define the channels, the second or fourth is alpha. */
function channelsOf(boxes: Uint8Array, count: number): Pick<Jp2Header, 'colours' | 'alpha'> {
  const all = Array.from({ length: count }, (_, i) => i);
  const definitions = channelDefinitions(boxes);
  const alpha = definitions.find(({ type }) => type === opacity || type === premultipliedOpacity);
  if (definitions.length === 0 && (count === 2 || count === 4)) {
    const alpha = { component: count - 1, isPremultiplied: false };
    return { colours: all.slice(0, -1), alpha };
  }
  const others = new Set(
    definitions.filter(({ type }) => type !== 0).map(({ channel }) => channel),
  );
  return {
    colours: inOrder(all, definitions).filter((channel) => !others.has(channel)),
    alpha: alpha && {
      component: alpha.channel,
      isPremultiplied: alpha.type === premultipliedOpacity,
    },
  };
}

interface ChannelDefinition {
  channel: number;
  type: number;
  /** 1 is the first colour. */
  colour: number;
}

function channelDefinitions(boxes: Uint8Array): ChannelDefinition[] {
  const cdef = isoBox(boxes, 'cdef');
  if (!cdef) return [];
  const reader = byteReader(cdef, { byteOrder: 'big endian', what: 'channel definitions' });
  return Array.from({ length: reader.uint16() }, () => ({
    channel: reader.uint16(),
    type: reader.uint16(),
    colour: reader.uint16(),
  }));
}

/** Sorts channels by their colour, because a file may store blue first. */
function inOrder(channels: number[], definitions: ChannelDefinition[]): number[] {
  const placeOf = (channel: number) =>
    definitions.find((definition) => definition.channel === channel)?.colour ?? channel + 1;
  return channels.toSorted((a, b) => placeOf(a) - placeOf(b));
}

const [cmyk, srgb, grayscale, ycc] = [12, 16, 17, 18];
const otherColours: Record<number, string> = { 13: 'YCCK', 14: 'CIELab' };

interface Colourspace {
  kind?: number;
  icc?: Uint8Array;
  isCmyk: boolean;
}

function readColourspace(boxes: Uint8Array): Colourspace {
  // A reader uses the first box that it understands.
  for (const { type, body } of isoBoxes(boxes)) {
    if (type !== 'colr') continue;
    if (body[0] !== 1) {
      const icc = checkedProfile(body.slice(3));
      return { icc, isCmyk: textAt(icc, 16, 20) === 'CMYK' };
    }
    const kind = viewOf(body).getUint32(3);
    if ([cmyk, srgb, grayscale, ycc].includes(kind)) return { kind, isCmyk: kind === cmyk };
    throw unsupportedVariant('JPEG 2000', otherColours[kind] ?? `colours of kind ${kind}`);
  }
  return { isCmyk: false };
}

function checkedProfile(icc: Uint8Array): Uint8Array {
  const space = textAt(icc, 16, 20);
  if (['RGB ', 'GRAY', 'CMYK'].includes(space)) return icc;
  throw unsupportedVariant('JPEG 2000', `a profile for ${space.trim()}`);
}
