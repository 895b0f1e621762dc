/**
 * The colour of the transparent or unpainted pixels of a GIF’s first frame: that of the transparent
 * index, otherwise of index 0. GIF89a, sections 17 to 23. Undefined without a palette.
 */
export function firstGifBackground(bytes: Uint8Array): Uint8Array | undefined {
  const screen = paletteAt(bytes, 10, 13);
  let transparent = 0;
  for (let at = screen.end; at < bytes.length; ) {
    if (bytes[at] === 0x2c) {
      const local = paletteAt(bytes, at + 9, at + 10);
      const palette = local.colours ?? screen.colours;
      return palette?.subarray(transparent * 3, transparent * 3 + 3);
    }
    if (bytes[at] !== 0x21) return undefined;
    if (bytes[at + 1] === 0xf9 && ((bytes[at + 3] ?? 0) & 1) === 1)
      transparent = bytes[at + 6] ?? 0;
    at = endOfBlocks(bytes, at + 2);
  }
  return undefined;
}

/**
 * Whether a GIF ends within a block; libnsgif then treats the frames before it as the complete
 * animation. A missing or wrong end marker alone does not count as truncation.
 */
export function isTruncatedGif(bytes: Uint8Array): boolean {
  let at = paletteAt(bytes, 10, 13).end;
  while (at < bytes.length) {
    if (bytes[at] === 0x21) at = endOfBlocks(bytes, at + 2);
    // The frame’s position and size, its palette and the code size precede its data.
    else if (bytes[at] === 0x2c) at = endOfBlocks(bytes, paletteAt(bytes, at + 9, at + 10).end + 1);
    else return false;
  }
  return at > bytes.length;
}

/** The palette, if the flags announce one, and the offset after it. */
function paletteAt(bytes: Uint8Array, flagsAt: number, start: number) {
  const flags = bytes[flagsAt] ?? 0;
  if (flags < 0x80) return { colours: undefined, end: start };
  const end = start + 3 * 2 ** ((flags & 7) + 1);
  return { colours: bytes.subarray(start, end), end };
}

function endOfBlocks(bytes: Uint8Array, start: number): number {
  let at = start;
  while ((bytes[at] ?? 0) > 0) at += (bytes[at] as number) + 1;
  return at + 1;
}

export interface GifFrame {
  width: number;
  height: number;
  /** Bits of a palette index. */
  valueBits: number;
  /** The LZW codes, without the sizes of their blocks. */
  data: Uint8Array;
  /** Offset of the first of those blocks. */
  dataAt: number;
  /** The offset after the frame; past the end of the file if it is truncated. */
  end: number;
}

/** Iterates over the frames of a GIF up to its end or to anything unknown. GIF89a, sections 20 to 22. */
export function* gifFrames(bytes: Uint8Array): Generator<GifFrame> {
  let at = paletteAt(bytes, 10, 13).end;
  while (at < bytes.length) {
    if (bytes[at] === 0x21) {
      at = endOfBlocks(bytes, at + 2);
    } else if (bytes[at] === 0x2c) {
      const [w0 = 0, w1 = 0, h0 = 0, h1 = 0] = bytes.subarray(at + 5, at + 9);
      const start = paletteAt(bytes, at + 9, at + 10).end;
      at = endOfBlocks(bytes, start + 1);
      const [width, height] = [w0 + w1 * 256, h0 + h1 * 256];
      const dataAt = start + 1;
      const valueBits = bytes[start] ?? 0;
      yield { width, height, valueBits, data: joinedBlocks(bytes, dataAt), dataAt, end: at };
    } else {
      return;
    }
  }
}

function joinedBlocks(bytes: Uint8Array, start: number): Uint8Array {
  const blocks: Uint8Array[] = [];
  for (let at = start; (bytes[at] ?? 0) > 0; at += (bytes[at] as number) + 1) {
    blocks.push(bytes.subarray(at + 1, at + 1 + (bytes[at] as number)));
  }
  return Buffer.concat(blocks);
}
