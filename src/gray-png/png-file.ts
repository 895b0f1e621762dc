import { crc32 } from 'node:zlib';
import type { FileDepth } from './pixel-kinds.ts';

// https://www.w3.org/TR/png-3/#5DataRep

const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
const grayType = { 1: 0, 2: 4 } as const;
const chunkFrame = 12;
/** A PNG chunk length has 31 bits. */
const maxChunkBytes = 2 ** 30;

interface PngHeader {
  width: number;
  height: number;
  depth: FileDepth;
  channels: 1 | 2;
  /** The resolution across and down, if it is known. */
  pixelsPerMetre?: readonly [x: number, y: number] | undefined;
}

interface PngFile {
  /** Adds compressed data; returns the size of the file so far in bytes. */
  append(data: Uint8Array): number;
  finish(): Uint8Array;
}

/**
 * Writes a file from front to back into one buffer, so that memory never holds it twice. Reserved
 * memory is not used until it is written.
 */
export function createPngFile(
  header: PngHeader,
  maxDataBytes: number,
  chunkBytes = maxChunkBytes,
): PngFile {
  const chunks = Math.ceil(maxDataBytes / chunkBytes);
  const file = Buffer.allocUnsafeSlow(maxDataBytes + chunkFrame * (chunks + 3) + 13 + 9 + 8);
  let at = signature.copy(file);
  let chunkAt = 0;
  let crc = 0;

  begin('IHDR');
  write(headerOf(header));
  end();
  if (header.pixelsPerMetre) {
    begin('pHYs');
    write(densityOf(header.pixelsPerMetre));
    end();
  }
  begin('IDAT');

  function begin(type: string): void {
    chunkAt = at;
    at += 4;
    crc = 0;
    write(Buffer.from(type, 'latin1'));
  }

  function write(data: Uint8Array): void {
    file.set(data, at);
    crc = crc32(data, crc);
    at += data.length;
  }

  function end(): void {
    file.writeUInt32BE(at - chunkAt - 8, chunkAt);
    at = file.writeUInt32BE(crc, at);
  }

  function append(data: Uint8Array): number {
    for (let from = 0; from < data.length; ) {
      const room = chunkBytes - (at - chunkAt - 8);
      if (room === 0) {
        end();
        begin('IDAT');
        continue;
      }
      const part = data.subarray(from, from + room);
      write(part);
      from += part.length;
    }
    return at;
  }

  return {
    append,
    finish() {
      end();
      begin('IEND');
      end();
      return file.subarray(0, at);
    },
  };
}

function headerOf({ width, height, depth, channels }: PngHeader): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = grayType[channels];
  return header;
}

/** https://www.w3.org/TR/png-3/#11pHYs */
function densityOf([x, y]: readonly [number, number]): Buffer {
  const density = Buffer.alloc(9);
  density.writeUInt32BE(x, 0);
  density.writeUInt32BE(y, 4);
  density[8] = 1;
  return density;
}
