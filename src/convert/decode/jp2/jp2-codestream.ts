import { hasText } from '../../formats/bytes.ts';
import { byteReader } from '../byte-reader.ts';
import { isoBox, viewOf } from '../iso-boxes.ts';
import { damagedImage, unsupportedVariant } from '../wasm/wasm-errors.ts';

export interface Jp2Component {
  /** Bits per sample. */
  depth: number;
}

interface Jp2Samples {
  width: number;
  height: number;
  components: Jp2Component[];
  /** The number of tiles; 0 if the header’s values are impossible. */
  tiles: number;
}

const codestreamStart = '\xff\x4f\xff\x51';

/** The codestream of a file: all of it, or a part of a container. */
export function codestreamOf(bytes: Uint8Array): Uint8Array | undefined {
  return hasText(bytes, codestreamStart) ? bytes : isoBox(bytes, 'jp2c');
}

/** Horizontal and vertical distance of the samples of each component: ISO/IEC 15444-1, A.5.1. */
function componentSteps(bytes: Uint8Array): [across: number, down: number][] {
  const size = codestreamOf(bytes);
  const count = ((size?.[40] ?? 0) << 8) | (size?.[41] ?? 0);
  return Array.from({ length: count }, (_, i) => [
    size?.[43 + i * 3] ?? 1,
    size?.[44 + i * 3] ?? 1,
  ]);
}

/** Whether some components have fewer samples than the image has pixels. */
export function isSubsampledJp2(bytes: Uint8Array): boolean {
  return componentSteps(bytes).some(([across, down]) => across > 1 || down > 1);
}

/**
 * Whether the second and third of three components are subsampled, which are taken as colour
 * differences regardless of the container, as OpenJPEG does.
 */
export function isSubsampledYcc(bytes: Uint8Array): boolean {
  const steps = componentSteps(bytes);
  return steps.length === 3 && steps[0]?.[0] === 1 && (steps[1]?.[0] ?? 1) > 1;
}

/** Reads the first segment of a codestream: ISO/IEC 15444-1, A.5.1. */
export function readSamples(codestream: Uint8Array): Jp2Samples {
  if (!hasText(codestream, codestreamStart)) {
    throw damagedImage('JPEG 2000', 'the codestream does not begin with its size');
  }
  const reader = byteReader(codestream, { byteOrder: 'big endian', at: 8, what: 'image size' });
  const [right, bottom, left, top] = [0, 0, 0, 0].map(() => reader.uint32()) as Four;
  const tiling = viewOf(reader.take(16));
  const components = Array.from({ length: reader.uint16() }, () => {
    const [depthAndSign, across, down] = [reader.uint8(), reader.uint8(), reader.uint8()];
    if (across !== 1 || down !== 1) throw unsupportedVariant('JPEG 2000', 'subsampled colours');
    if (depthAndSign >= 128) throw unsupportedVariant('JPEG 2000', 'signed samples');
    return { depth: depthAndSign + 1 };
  });
  const [width, height] = [right - left, bottom - top];
  if (width <= 0 || height <= 0)
    throw damagedImage('JPEG 2000', `its size is ${width} x ${height}`);
  if (components.some(({ depth }) => depth > 16)) {
    throw unsupportedVariant('JPEG 2000', 'more than 16 bits per sample');
  }
  const across = Math.ceil((right - tiling.getUint32(8)) / tiling.getUint32(0));
  const down = Math.ceil((bottom - tiling.getUint32(12)) / tiling.getUint32(4));
  return { width, height, components, tiles: possibleTiles(across * down) };
}

type Four = [number, number, number, number];

/** Tile numbers have 16 bits. OpenJPEG rejects more tiles before it allocates. */
function possibleTiles(tiles: number): number {
  return tiles > 0 && tiles <= 65_535 ? tiles : 0;
}

/**
 * Rejects a codestream that does not reach its end marker, by following the length of each tile
 * part. The decoder would silently decode a truncated one.
 */
export function checkEnd(codestream: Uint8Array): void {
  for (let at = 2; !hasText(codestream, '\xff\xd9', at); at += segmentBytes(codestream, at)) {
    if (at + 12 > codestream.length) {
      throw damagedImage('JPEG 2000', 'the data ends before the image does');
    }
  }
}

function segmentBytes(codestream: Uint8Array, at: number): number {
  const view = viewOf(codestream);
  const isTilePart = hasText(codestream, '\xff\x90', at);
  if (!isTilePart) return 2 + view.getUint16(at + 2);
  // The last part may omit its length: it then extends to the end marker.
  return view.getUint32(at + 6) || Math.max(codestream.length - 2 - at, 12);
}
