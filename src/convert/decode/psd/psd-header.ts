import { type ByteReader, byteReader } from '../byte-reader.ts';
import { checkSize, corrupt, unsupported } from '../file-decoder.ts';
import { type Palette, paletteOf } from '../palette.ts';
import { readPsdLayers } from './psd-layers.ts';

export type PsdMode = 'bitmap' | 'gray' | 'indexed' | 'rgb' | 'cmyk' | 'lab';

export interface Psd {
  isLarge: boolean;
  width: number;
  height: number;
  mode: PsdMode;
  depth: 1 | 8 | 16;
  /** All stored channels: colours, then transparency, then selections and spot colours. */
  storedChannels: number;
  colourChannels: 1 | 3 | 4;
  /** The first channel after the colours is opacity. */
  hasAlpha: boolean;
  palette: Palette | undefined;
  /** Set for gray and RGB only: CMYK and Lab are returned as sRGB. */
  icc: Uint8Array | undefined;
  /** The offset of the flattened image, which starts with its compression method. */
  imageAt: number;
}

/** By the number in the header: https://www.adobe.com/devnet-apps/photoshop/fileformatashtml/. */
const modes: Record<
  number,
  { mode: PsdMode; channels: Psd['colourChannels']; depths: readonly number[] } | { name: string }
> = {
  0: { mode: 'bitmap', channels: 1, depths: [1] },
  1: { mode: 'gray', channels: 1, depths: [8, 16] },
  2: { mode: 'indexed', channels: 1, depths: [8] },
  3: { mode: 'rgb', channels: 3, depths: [8, 16] },
  4: { mode: 'cmyk', channels: 4, depths: [8, 16] },
  7: { name: 'multichannel' },
  // Duotone: the image itself is gray, and its inks are stored separately.
  8: { mode: 'gray', channels: 1, depths: [8, 16] },
  9: { mode: 'lab', channels: 3, depths: [8, 16] },
};

const resave = 'Save a copy as RGB with 8 or 16 bits per channel.';

export function readPsd(bytes: Uint8Array): Psd {
  const reader = byteReader(bytes, { byteOrder: 'big endian', at: 4 });
  const version = reader.uint16();
  if (version !== 1 && version !== 2) throw unsupported(`PSD version ${version}`, resave);
  reader.skip(6);
  const storedChannels = reader.uint16();
  const [height, width] = [reader.uint32(), reader.uint32()];
  const [depth, modeNumber] = [reader.uint16(), reader.uint16()];
  checkSize({ width, height });
  const { mode, channels } = modeOf(modeNumber, depth);
  if (storedChannels < channels || storedChannels > 56) {
    throw corrupt(`Expected ${channels} to 56 channels but the header says ${storedChannels}.`);
  }
  const isLarge = version === 2;
  const colours = reader.take(reader.uint32());
  const resources = readResources(reader);
  const layers = readPsdLayers(reader, { isLarge });
  if (layers.count !== 0 && resources.hasComposite === false) throw withoutComposite();
  if (reader.position() === bytes.length) throw withoutComposite();
  return {
    ...{ isLarge, width, height, mode, storedChannels },
    depth: depth as Psd['depth'],
    colourChannels: channels,
    hasAlpha: layers.hasTransparency && storedChannels > channels && mode !== 'indexed',
    palette: mode === 'indexed' ? readPalette(colours, resources.transparentIndex) : undefined,
    icc: mode === 'cmyk' || mode === 'lab' ? undefined : resources.icc,
    imageAt: reader.position(),
  };
}

function modeOf(number: number, depth: number) {
  const found = modes[number];
  if (!found) throw corrupt(`Expected a known colour mode but the header says ${number}.`);
  if ('name' in found) throw unsupported(`PSD in ${found.name} mode`, resave);
  if (depth === 32) throw unsupported('PSD with 32 bits per channel', resave);
  if (!found.depths.includes(depth)) {
    throw corrupt(
      `Expected ${found.depths.join(' or ')} bits per channel in ${found.mode} mode but the header says ${depth}.`,
    );
  }
  return found;
}

function withoutComposite() {
  return unsupported(
    'PSD saved without a flattened image of its layers',
    'Save it with “Maximize Compatibility”, or as PNG.',
  );
}

interface Resources {
  hasComposite?: boolean;
  transparentIndex?: number;
  icc?: Uint8Array;
}

const colourProfile = 1039;
const versionInfo = 1057;
const transparencyIndex = 1047;

function readResources(reader: ByteReader): Resources {
  const section = reader.take(reader.uint32());
  const inside = byteReader(section, { byteOrder: 'big endian', what: 'image resources' });
  const resources: Resources = {};
  while (section.length - inside.position() >= 12) {
    inside.skip(4);
    const id = inside.uint16();
    // A name with its length, then the data, each padded to an even number of bytes.
    const nameSize = inside.uint8();
    inside.skip(nameSize + ((nameSize + 1) % 2));
    const size = inside.uint32();
    const content = inside.take(size);
    inside.skip(Math.min(size % 2, section.length - inside.position()));
    if (id === colourProfile && size > 0) resources.icc = content;
    if (id === versionInfo && size > 4) resources.hasComposite = content[4] !== 0;
    if (id === transparencyIndex && size === 2) resources.transparentIndex = content[1] ?? 0;
  }
  return resources;
}

/** The file stores all reds, then all greens, then all blues. */
function readPalette(colours: Uint8Array, transparentIndex: number | undefined): Palette {
  if (colours.length !== 768) {
    throw corrupt(`Expected a palette of 768 bytes but it has ${colours.length}.`);
  }
  const rgba = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) {
    const [red = 0, green = 0, blue = 0] = [colours[i], colours[256 + i], colours[512 + i]];
    rgba.set([red, green, blue, i === transparentIndex ? 0 : 255], i * 4);
  }
  return paletteOf(rgba, { hasAlpha: transparentIndex !== undefined });
}
