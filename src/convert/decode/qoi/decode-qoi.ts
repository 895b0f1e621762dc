import { hasText } from '../../formats/bytes.ts';
import { byteReader } from '../byte-reader.ts';
import { checkSize, corrupt, type FileDecoder, type FileHeader } from '../file-decoder.ts';

const headerSize = 14;
const endMarker = '\0\0\0\0\0\0\0\x01';
/** The longest run, which takes one byte. */
const maxPixelsPerByte = 62;

/** The Quite OK Image format: https://qoiformat.org/qoi-specification.pdf. */
export const qoi: FileDecoder = {
  matches: (bytes) => hasText(bytes, 'qoif'),

  readHeader(bytes) {
    const reader = byteReader(bytes, { byteOrder: 'big endian', at: 4 });
    const [width, height, channels] = [reader.uint32(), reader.uint32(), reader.uint8()];
    reader.skip(1);
    checkSize({ width, height });
    if (channels !== 3 && channels !== 4) {
      throw corrupt(`Expected 3 or 4 channels but the header says ${channels}.`);
    }
    checkLength(bytes, width * height);
    return { width, height, channels, depth: 8, pages: 1, hasAlpha: channels === 4 };
  },

  decode(bytes) {
    const { width, height, channels } = qoi.readHeader(bytes);
    return { pixels: unpack(bytes, { width, height, channels }), width, height, channels };
  },
};

function checkLength(bytes: Uint8Array, pixelCount: number): void {
  const end = bytes.length - endMarker.length;
  const minBytes = Math.ceil(pixelCount / maxPixelsPerByte);
  if (end - headerSize < minBytes) {
    throw corrupt(
      `Expected at least ${minBytes} bytes of pixel data at byte ${headerSize} and an end marker of ${endMarker.length} but the file ends after ${bytes.length}.`,
    );
  }
}

type Shape = Pick<FileHeader, 'width' | 'height' | 'channels'>;

function unpack(bytes: Uint8Array, { width, height, channels }: Shape): Uint8Array {
  const pixels = new Uint8Array(width * height * channels);
  const current = Uint8Array.of(0, 0, 0, 255);
  const seen = new Uint8Array(64 * 4);
  let run = 0;
  let at = headerSize;
  for (let to = 0; to < pixels.length; to += channels) {
    if (run > 0) {
      run--;
    } else {
      const tag = bytes[at] ?? 0;
      if (isRun(tag)) run = tag & 63;
      else applyChunk(current, { bytes, at, seen });
      at += chunkSize(tag);
      seen.set(current, hashOf(current) * 4);
    }
    for (let i = 0; i < channels; i++) pixels[to + i] = current[i] as number;
  }
  if (!hasText(bytes, endMarker, at)) {
    throw corrupt(
      `Expected pixel data up to an end marker of ${endMarker.length} bytes but found none at byte ${at}; the file ends after ${bytes.length}.`,
    );
  }
  return pixels;
}

function isRun(tag: number): boolean {
  return tag >= 0xc0 && tag < rgbTag;
}

const rgbTag = 0xfe;
const rgbaTag = 0xff;

function chunkSize(tag: number): number {
  if (tag === rgbTag) return 4;
  if (tag === rgbaTag) return 5;
  return tag >> 6 === 2 ? 2 : 1;
}

interface Chunk {
  bytes: Uint8Array;
  at: number;
  seen: Uint8Array;
}

/** Updates the pixel from the previous value as the chunk says; sums wrap around at 256. */
function applyChunk(pixel: Uint8Array, { bytes, at, seen }: Chunk): void {
  const [tag = 0, second = 0] = [bytes[at], bytes[at + 1]];
  if (tag >= rgbTag) {
    pixel.set(bytes.subarray(at + 1, at + chunkSize(tag)));
  } else if (tag >> 6 === 0) {
    pixel.set(seen.subarray(tag * 4, tag * 4 + 4));
  } else if (tag >> 6 === 1) {
    move(pixel, ((tag >> 4) & 3) - 2, ((tag >> 2) & 3) - 2, (tag & 3) - 2);
  } else {
    const green = (tag & 63) - 32;
    move(pixel, green + (second >> 4) - 8, green, green + (second & 15) - 8);
  }
}

function move(pixel: Uint8Array, ...steps: [red: number, green: number, blue: number]): void {
  for (let i = 0; i < 3; i++) pixel[i] = (pixel[i] as number) + (steps[i] as number);
}

function hashOf(pixel: Uint8Array): number {
  const [red = 0, green = 0, blue = 0, alpha = 0] = pixel;
  return (red * 3 + green * 5 + blue * 7 + alpha * 11) % 64;
}
