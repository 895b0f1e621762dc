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

export interface StripTiff {
  width: number;
  height: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 5 inks: TIFF 6.0, section 8 and 16. */
  photometric: number;
  bits: 8 | 16;
  samples: number[];
  /** 1 premultiplied, 2 not: TIFF 6.0, section 18. */
  extraSamples?: number[];
}

/** One uncompressed strip. */
export function stripTiff({
  width,
  height,
  photometric,
  bits,
  samples,
  ...rest
}: StripTiff): Buffer {
  const perPixel = samples.length / (width * height);
  const data = bits === 8 ? Buffer.from(samples) : Buffer.from(Uint16Array.from(samples).buffer);
  const { extraSamples = [] } = rest;
  const entries: [tag: number, values: number[]][] = [
    [256, [width]],
    [257, [height]],
    [258, Array.from({ length: perPixel }, () => bits)],
    [259, [1]],
    [262, [photometric]],
    [273, [0]],
    [277, [perPixel]],
    [278, [height]],
    [279, [data.length]],
    ...(extraSamples.length ? [[338, extraSamples] as [number, number[]]] : []),
  ];
  const head = Buffer.alloc(8 + 2 + entries.length * 12 + 4);
  const lists: Buffer[] = [];
  let end = head.length;
  head.write('II*\0\x08', 'latin1');
  head.writeUInt16LE(entries.length, 8);
  entries.forEach(([tag, values], i) => {
    const at = 10 + i * 12;
    head.writeUInt16LE(tag, at);
    head.writeUInt16LE(4, at + 2);
    head.writeUInt32LE(values.length, at + 4);
    head.writeUInt32LE(values.length === 1 ? (values[0] ?? 0) : end, at + 8);
    if (values.length === 1) return;
    lists.push(Buffer.from(Uint32Array.from(values).buffer));
    end += values.length * 4;
  });
  const stripEntry = 10 + entries.findIndex(([tag]) => tag === 273) * 12;
  head.writeUInt32LE(end, stripEntry + 8);
  return Buffer.concat([head, ...lists, data]);
}

/** Two files of {@link stripTiff} as one of two pages: every offset of the second is moved. */
export function joinTiffs(first: Buffer, second: Buffer): Buffer {
  const joined = Buffer.concat([first, second]);
  const firstCount = first.readUInt16LE(8);
  const moved = first.length;
  joined.writeUInt32LE(moved + 8, 10 + firstCount * 12);
  const count = second.readUInt16LE(8);
  for (let at = moved + 10; at < moved + 10 + count * 12; at += 12) {
    const isOffset = joined.readUInt16LE(at) === 273 || joined.readUInt32LE(at + 4) > 1;
    if (isOffset) joined.writeUInt32LE(joined.readUInt32LE(at + 8) + moved, at + 8);
  }
  return joined;
}
