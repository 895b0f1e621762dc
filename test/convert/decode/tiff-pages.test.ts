import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { joinTiffs, stripTiff } from '../../../testing/tiff.ts';
import { fixture } from './wasm-fixtures.ts';

const [reduced, mask] = [1, 4];

function page(gray: number, { newSubfileType = 0, size = 4 } = {}): Buffer {
  return stripTiff({
    ...{ width: size, height: size, photometric: 1, bits: 8, newSubfileType },
    samples: Array.from({ length: size * size }, () => gray),
  });
}

async function graysOf(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  const {
    bytes: tiff,
    width,
    losses,
    frames,
    source,
  } = await toGrayscale(bytes, {
    format: 'tiff',
    ...recipe,
  });
  const data = await sharp(tiff, { pages: -1 }).toColourspace('b-w').raw().toBuffer();
  return { grays: [...new Set(data)], width, losses, frames, pages: source.pages };
}

describe('thumbnails, reduced versions and masks of a TIFF', () => {
  const thumbnail = page(9, { newSubfileType: reduced, size: 2 });
  const masked = page(8, { newSubfileType: mask });

  test.each<[string, Buffer, number[]]>([
    ['a thumbnail first', joinTiffs(thumbnail, page(50)), [50]],
    ['a reduced version after it', joinTiffs(page(50), thumbnail), [50]],
    ['a mask after it', joinTiffs(page(50), masked), [50]],
    ['both flags', joinTiffs(page(7, { newSubfileType: reduced + mask }), page(50)), [50]],
    // 2 is a page of several, and no reason to skip it.
    [
      'pages',
      joinTiffs(page(50, { newSubfileType: 2 }), page(60, { newSubfileType: 2 })),
      [50, 60],
    ],
  ])('are not pages: %s', async (_, bytes, grays) => {
    expect(await graysOf(bytes)).toEqual({
      ...{ grays, width: 4, losses: [], frames: grays.length, pages: grays.length },
    });
  });

  test('do not decide which decoder reads the page', async () => {
    const deep = fixture('rare/gray-12bit.tif');
    const { source, losses, width } = await toGrayscale(joinTiffs(thumbnail, deep));
    expect({ pages: source.pages, losses, width }).toEqual({
      pages: 1,
      losses: ['depth'],
      width: 40,
    });
    const small = stripTiff({
      ...{
        width: 1,
        height: 1,
        photometric: 1,
        bits: 32,
        sampleFormat: 1,
        newSubfileType: reduced,
      },
      samples: [7],
    });
    expect(await graysOf(joinTiffs(small, page(50)))).toMatchObject({ grays: [50], losses: [] });
  });

  test('between pages are skipped', async () => {
    const bytes = joinTiffs(page(50), thumbnail, page(60), masked);
    expect(await graysOf(bytes)).toMatchObject({ grays: [50, 60], frames: 2, losses: [] });
  });

  test('are converted if there is nothing else', async () => {
    expect(await graysOf(thumbnail)).toMatchObject({ grays: [9], width: 2 });
    expect(await graysOf(joinTiffs(thumbnail, masked))).toMatchObject({ grays: [9], pages: 2 });
  });

  test('Pillow reads the first page, of any kind', async () => {
    const bytes = joinTiffs(thumbnail, page(50));
    expect(await graysOf(bytes, { compat: 'pillow' })).toMatchObject({ width: 2, grays: [9] });
  });

  test('of a file from an archive', async () => {
    const bytes = fixture('thumbnail-first.tif');
    expect(await toGrayscale(bytes)).toMatchObject({ width: 64, height: 64, losses: [] });
    // The file itself is not changed.
    expect(bytes.equals(fixture('thumbnail-first.tif'))).toBe(true);
  });

  test.each(['BigTIFF', 'big-endian'])('of a %s', async (kind) => {
    const bytes = kind === 'BigTIFF' ? bigTiff() : bigEndianTiff();
    expect(await graysOf(bytes)).toMatchObject({ grays: [50], width: 2, pages: 1 });
  });

  test('directories in a circle end', async () => {
    const bytes = page(50, { newSubfileType: reduced });
    const count = bytes.readUInt16LE(8);
    bytes.writeUInt32LE(8, 10 + count * 12);
    await toGrayscale(bytes).catch((error) => {
      expect(error).toMatchObject({ code: 'CORRUPT_IMAGE' });
    });
  });
});

type Tag = [tag: number, value: number];

const tags = (gray: number, type: number): Tag[] => [
  [254, type],
  ...([256, 257] as const).map((tag): Tag => [tag, 2]),
  [258, 8],
  [259, 1],
  [262, 1],
  [273, 0],
  [277, 1],
  [278, 2],
  [279, 4],
  // Not a tag: the gray of the pixels.
  [0, gray],
];

/** A thumbnail of 9 and a page of 50, both 2 x 2. */
function bigTiff(): Buffer {
  return twoPages({
    head: Buffer.from('II\x2b\0\x08\0\0\0', 'latin1'),
    wordSize: 8,
    isLittle: true,
  });
}

function bigEndianTiff(): Buffer {
  return twoPages({ head: Buffer.from('MM\0\x2a', 'latin1'), wordSize: 4, isLittle: false });
}

function twoPages({
  head,
  wordSize,
  isLittle,
}: {
  head: Buffer;
  wordSize: 4 | 8;
  isLittle: boolean;
}) {
  const number = (value: number, size: number) => {
    const bytes = Buffer.alloc(size);
    for (let i = 0, rest = value; i < size; i++, rest = Math.floor(rest / 256)) {
      bytes[isLittle ? i : size - 1 - i] = rest % 256;
    }
    return bytes;
  };
  let file = Buffer.concat([head, number(head.length + wordSize, wordSize)]);
  for (const [gray, type] of [
    [9, reduced],
    [50, 0],
  ] as const) {
    const entries = tags(gray, type).filter(([tag]) => tag > 0);
    const size = (wordSize === 8 ? 8 : 2) + entries.length * (4 + 2 * wordSize) + wordSize;
    const dataAt = file.length + size;
    file = Buffer.concat([
      file,
      number(entries.length, wordSize === 8 ? 8 : 2),
      ...entries.map(([tag, value]) =>
        Buffer.concat([
          number(tag, 2),
          number(4, 2),
          number(1, wordSize),
          number(tag === 273 ? dataAt : value, 4),
          Buffer.alloc(wordSize - 4),
        ]),
      ),
      number(gray === 9 ? dataAt + 4 : 0, wordSize),
      Buffer.alloc(4, gray),
    ]);
  }
  return file;
}
