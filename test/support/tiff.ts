import { randomFrom } from './images.ts';

/** 8-bit gray in tiles of 16 x 16, uncompressed, its directory before them. */
export function tiledTiff({ across = 4, down = 3, seed = 1 } = {}): Buffer {
  const random = randomFrom(seed);
  const count = across * down;
  const tiles = Buffer.from(Array.from({ length: count * 256 }, () => random() * 256));
  const [SHORT, LONG] = [3, 4];
  const listsAt = 8 + 2 + 10 * 12 + 4;
  const tilesAt = listsAt + count * 8;
  const entries = [
    [256, SHORT, 1, across * 16],
    [257, SHORT, 1, down * 16],
    [258, SHORT, 1, 8],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    [277, SHORT, 1, 1],
    [322, SHORT, 1, 16],
    [323, SHORT, 1, 16],
    [324, LONG, count, listsAt],
    [325, LONG, count, listsAt + count * 4],
  ] as const;
  const head = Buffer.alloc(tilesAt);
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, type, length, value], i) => {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(type, 12 + i * 12);
    head.writeUInt32LE(length, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  });
  for (let i = 0; i < count; i++) {
    head.writeUInt32LE(tilesAt + i * 256, listsAt + i * 4);
    head.writeUInt32LE(256, listsAt + (count + i) * 4);
  }
  return Buffer.concat([head, tiles]);
}
