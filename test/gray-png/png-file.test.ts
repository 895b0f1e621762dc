import { crc32, deflateSync } from 'node:zlib';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { createPngFile } from '../../src/gray-png/png-file.ts';

const header = { width: 3, height: 2, depth: 8, channels: 1 } as const;
const data = deflateSync(Uint8Array.of(0, 1, 2, 3, 0, 4, 5, 6), { level: 0 });

describe('a PNG file', () => {
  test.each([1, 2, 7, data.length - 1, data.length, 2 ** 30])(
    'may have its data in chunks of %d bytes',
    (chunkBytes) => {
      const file = createPngFile(header, data.length, chunkBytes);
      for (const byte of data) file.append(Uint8Array.of(byte));
      const png = file.finish();
      expect([...decode(png, { checkCrc: true }).data]).toEqual([1, 2, 3, 4, 5, 6]);
      expect(idatLengths(png)).toEqual(
        Array.from({ length: Math.ceil(data.length / chunkBytes) }, (_, i) =>
          Math.min(chunkBytes, data.length - i * chunkBytes),
        ),
      );
    },
  );

  test('accepts no more data than it was made for', () => {
    const file = createPngFile(header, 4);
    expect(() => file.append(new Uint8Array(100))).toThrow(RangeError);
  });

  /** Verifies the checksum of each chunk as well. */
  function idatLengths(png: Uint8Array): number[] {
    const view = Buffer.from(png);
    const lengths: number[] = [];
    for (let at = 8; at < view.length; ) {
      const length = view.readUInt32BE(at);
      expect(view.readUInt32BE(at + 8 + length)).toBe(
        crc32(view.subarray(at + 4, at + 8 + length)),
      );
      if (view.toString('latin1', at + 4, at + 8) === 'IDAT') lengths.push(length);
      at += 12 + length;
    }
    return lengths;
  }
});
