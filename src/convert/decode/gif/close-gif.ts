import { type GifFrame, gifFrames } from '../../formats/gif-blocks.ts';
import { countLzw } from '../count-lzw.ts';

/**
 * A GIF that ends within the data of a frame although the frame has all of its pixels, as a file
 * with an end: libvips reads no block that is incomplete. Any other GIF as it is.
 */
export function closeGif(bytes: Uint8Array): Uint8Array {
  let last: GifFrame | undefined;
  for (const frame of gifFrames(bytes)) last = frame;
  if (!last || last.end <= bytes.length) return bytes;
  const { width, height, valueBits, data } = last;
  const maxValues = width * height;
  const { values } = countLzw(data, { valueBits, isTiff: false, maxValues });
  return values < maxValues ? bytes : withEnd(bytes, last.dataAt);
}

/** Ends the blocks and the file: GIF89a, sections 16 and 27. */
function withEnd(bytes: Uint8Array, dataAt: number): Uint8Array {
  let at = dataAt;
  while (at + 1 + (bytes[at] ?? 0) < bytes.length) at += 1 + (bytes[at] as number);
  const rest = bytes.subarray(at + 1);
  const block = rest.length > 0 ? [rest.length, ...rest] : [];
  return Buffer.concat([bytes.subarray(0, at), Uint8Array.from([...block, 0, 0x3b])]);
}
