import { randomFrom } from './images.ts';

// TIFF by hand, for the layouts that sharp does not write (TIFF 6.0, sections 2 and 15).

const [SHORT, LONG] = [3, 4];

type Tag = [tag: number, type: number, count: number, value: number];

/** 8-bit gray in tiles of 16 x 16, uncompressed; the directory comes before them. */
export function tiledTiff({ across = 4, down = 3, seed = 1 } = {}): Buffer {
  const count = across * down;
  const listsAt = dataStart(10);
  const tilesAt = listsAt + count * 8;
  const lists = Buffer.alloc(count * 8);
  for (let i = 0; i < count; i++) {
    lists.writeUInt32LE(tilesAt + i * 256, i * 4);
    lists.writeUInt32LE(256, (count + i) * 4);
  }
  const tags: Tag[] = [
    ...grayTags(across * 16, down * 16),
    [322, SHORT, 1, 16],
    [323, SHORT, 1, 16],
    [324, LONG, count, listsAt],
    [325, LONG, count, listsAt + count * 4],
  ];
  return Buffer.concat([directory(tags), lists, noise(count * 256, seed)]);
}

/** 8-bit gray in one strip, whose tags are not in the order that they must be in. */
export function disorderedTiff({ width = 16, height = 16, seed = 1 } = {}): Buffer {
  const tags: Tag[] = [
    ...grayTags(width, height),
    [279, LONG, 1, width * height],
    [278, SHORT, 1, height],
    [273, LONG, 1, dataStart(9)],
  ];
  return Buffer.concat([directory(tags), noise(width * height, seed)]);
}

function grayTags(width: number, height: number): Tag[] {
  return [
    [256, SHORT, 1, width],
    [257, SHORT, 1, height],
    [258, SHORT, 1, 8],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 1],
    [277, SHORT, 1, 1],
  ];
}

function directory(tags: Tag[]): Buffer {
  const head = Buffer.alloc(dataStart(tags.length));
  head.write('II*\0', 'latin1');
  head.writeUInt32LE(8, 4);
  head.writeUInt16LE(tags.length, 8);
  tags.forEach(([tag, type, count, value], i) => {
    head.writeUInt16LE(tag, 10 + i * 12);
    head.writeUInt16LE(type, 12 + i * 12);
    head.writeUInt32LE(count, 14 + i * 12);
    head.writeUInt32LE(value, 18 + i * 12);
  });
  return head;
}

/** Where what follows a directory of so many tags begins. */
function dataStart(tagCount: number): number {
  return 8 + 2 + tagCount * 12 + 4;
}

function noise(length: number, seed: number): Buffer {
  const random = randomFrom(seed);
  return Buffer.from(Array.from({ length }, () => random() * 256));
}
