import type { Deadline } from '../deadline.ts';
import type { Timing } from '../formats/source-file.ts';
import type { GrayPixels } from '../pixel-image.ts';
import { lzw } from './gif-lzw.ts';
import { checkOutputBytes } from './output-size.ts';

// GIF89a, https://www.w3.org/Graphics/GIF/spec-gif89a.txt. Written here because libvips chooses its
// own palette and is one level off; a palette of all grays keeps every value exact.

interface GifOptions {
  frames: number;
  timing: Timing | undefined;
  maxOutputBytes: number;
  deadline: Deadline;
}

/**
 * Encodes frames stacked vertically in `image`, each in full. Pixels less than half opaque become
 * transparent.
 */
export function encodeGif(
  { pixels, width, height, channels }: GrayPixels,
  { frames, timing, maxOutputBytes, deadline }: GifOptions,
): Uint8Array {
  const { indices, transparent } = indexed(pixels, channels);
  const frameSize = { width, height: height / frames };
  const parts = [header(frameSize), ...(timing ? [loopExtension(timing.loop)] : [])];
  let sizeBytes = 0;
  for (let frame = 0; frame < frames; frame++) {
    deadline.check();
    const start = frame * width * frameSize.height;
    const content = indices.subarray(start, start + width * frameSize.height);
    parts.push(graphicControl(timing?.delay[frame] ?? 0, transparent));
    const blocks = blocksOf(lzw(content));
    sizeBytes += blocks.length;
    checkOutputBytes(sizeBytes, maxOutputBytes);
    parts.push(imageDescriptor(frameSize), blocks);
  }
  const bytes = Buffer.concat([...parts, Buffer.of(0x3b)]);
  checkOutputBytes(bytes.length, maxOutputBytes);
  return bytes;
}

interface Indexed {
  indices: Uint8Array;
  transparent?: number;
}

/** Uses the gray as the palette index. Transparency takes the index of the least used gray. */
function indexed(pixels: GrayPixels['pixels'], channels: 1 | 2): Indexed {
  if (channels === 1) return { indices: Uint8Array.from(pixels) };
  const useCounts = new Uint32Array(256);
  for (let i = 0; i < pixels.length; i += 2) {
    const gray = pixels[i] as number;
    if (isOpaque(pixels[i + 1])) useCounts[gray] = (useCounts[gray] ?? 0) + 1;
  }
  const transparent = useCounts.indexOf(Math.min(...useCounts));
  // A gray changes only if all 256 are used.
  const neighbour = transparent === 255 ? 254 : transparent + 1;
  const indices = Uint8Array.from({ length: pixels.length / 2 }, (_, i) => {
    if (!isOpaque(pixels[i * 2 + 1])) return transparent;
    const gray = pixels[i * 2] as number;
    return gray === transparent ? neighbour : gray;
  });
  return { indices, transparent };
}

function isOpaque(alpha: number | undefined): boolean {
  return (alpha ?? 0) >= 128;
}

interface Size {
  width: number;
  height: number;
}

/** Sections 17 to 19: signature, screen, and a global palette of all grays. */
function header({ width, height }: Size): Buffer {
  const screen = Buffer.from([0, 0, 0, 0, 0xf7, 0, 0]);
  screen.writeUInt16LE(width, 0);
  screen.writeUInt16LE(height, 2);
  const palette = Buffer.from(Array.from({ length: 256 * 3 }, (_, i) => Math.floor(i / 3)));
  return Buffer.concat([Buffer.from('GIF89a', 'latin1'), screen, palette]);
}

/** Section 26. Netscape’s extension counts repetitions; 0 means forever. */
function loopExtension(loop: number): Buffer {
  // Without the extension, a GIF is shown once.
  if (loop === 1) return Buffer.alloc(0);
  const extension = Buffer.from('\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0', 'latin1');
  extension.writeUInt16LE(Math.max(0, loop - 1), 16);
  return extension;
}

/** Section 23. A transparent frame is cleared before the next one. */
function graphicControl(delayMs: number, transparent: number | undefined): Buffer {
  const isTransparent = transparent !== undefined;
  const flags = isTransparent ? 0b01001 : 0b00100; // disposal, then whether there is transparency
  const block = Buffer.from([0x21, 0xf9, 4, flags, 0, 0, transparent ?? 0, 0]);
  block.writeUInt16LE(Math.min(65_535, Math.round(delayMs / 10)), 4);
  return block;
}

/** Section 20. */
function imageDescriptor({ width, height }: Size): Buffer {
  const block = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  block.writeUInt16LE(width, 5);
  block.writeUInt16LE(height, 7);
  return block;
}

/** Sections 15 and 22: the code size, then blocks of at most 255 bytes, then an empty block. */
function blocksOf(codes: Uint8Array): Buffer {
  const blocks = Buffer.alloc(codes.length + Math.ceil(codes.length / 255) + 2);
  let end = blocks.writeUInt8(8);
  for (let at = 0; at < codes.length; at += 255) {
    const block = codes.subarray(at, at + 255);
    blocks[end] = block.length;
    blocks.set(block, end + 1);
    end += block.length + 1;
  }
  return blocks;
}
