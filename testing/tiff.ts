import { mulberry32 } from '../src/convert/gray/mulberry32.ts';

// Builds TIFF files with layouts that sharp does not write (TIFF 6.0, sections 2 and 15).

const [SHORT, LONG, RATIONAL, UNDEFINED] = [3, 4, 5, 7];

type Tag = [tag: number, type: number, count: number, value: number];

/** 8-bit gray in tiles of 16 x 16, uncompressed; the directory is before them. */
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

/** 8-bit gray in one strip, whose tags are not in the required order. */
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
  tags.forEach((tag, i) => void writeEntry(head, 10 + i * 12, tag));
  return head;
}

function writeEntry(bytes: Buffer, at: number, [tag, type, count, value]: Tag): void {
  bytes.writeUInt16LE(tag, at);
  bytes.writeUInt16LE(type, at + 2);
  bytes.writeUInt32LE(count, at + 4);
  bytes.writeUInt32LE(value, at + 8);
}

/** The offset after a directory with this many tags. */
function dataStart(tagCount: number): number {
  return 8 + 2 + tagCount * 12 + 4;
}

function noise(length: number, seed: number): Buffer {
  const random = mulberry32(seed);
  return Buffer.from(Array.from({ length }, () => random() * 256));
}

interface StripTiff {
  width: number;
  height: number;
  /** 0 white is zero, 1 black is zero, 2 RGB, 5 inks: TIFF 6.0, section 8 and 16. */
  photometric: number;
  bits: 8 | 16 | 32;
  /** Of 32 bits: 1 unsigned, 2 signed, 3 floating-point: TIFF 6.0, section 19. */
  sampleFormat?: 1 | 2 | 3;
  samples: number[];
  /** 0 unknown, 1 premultiplied alpha, 2 alpha: TIFF 6.0, section 18. */
  extraSamples?: number[];
  /** 1 a reduced version, 4 a mask: TIFF 6.0, section 8. */
  newSubfileType?: number;
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
  const { extraSamples = [], sampleFormat, newSubfileType } = rest;
  const Words = sampleFormat
    ? [Uint32Array, Int32Array, Float32Array][sampleFormat - 1]
    : Uint16Array;
  const data =
    bits === 8 || !Words ? Buffer.from(samples) : Buffer.from(Words.from(samples).buffer);
  const entries: [tag: number, values: number[]][] = [
    ...(newSubfileType ? [[254, [newSubfileType]] as [number, number[]]] : []),
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
    ...(sampleFormat ? [[339, [sampleFormat]] as [number, number[]]] : []),
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

/** The short values of tags of the first page; classic and little-endian, as libvips writes it. */
export function shortTags(file: Uint8Array): Map<number, number> {
  const tiff = Buffer.from(file);
  const at = tiff.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let entry = at + 2; entry < at + 2 + tiff.readUInt16LE(at) * 12; entry += 12) {
    tags.set(tiff.readUInt16LE(entry), tiff.readUInt16LE(entry + 8));
  }
  return tags;
}

/** Files of {@link stripTiff} as one with several pages: every offset of a later one is moved. */
export function joinTiffs(...files: Buffer[]): Buffer {
  const joined = Buffer.concat(files);
  let start = 0;
  files.forEach((file, i) => {
    const end = start + 10 + file.readUInt16LE(8) * 12;
    for (let at = start + 10; at < end; at += 12) {
      const isOffset = joined.readUInt16LE(at) === 273 || joined.readUInt32LE(at + 4) > 1;
      if (isOffset) joined.writeUInt32LE(joined.readUInt32LE(at + 8) + start, at + 8);
    }
    start += file.length;
    joined.writeUInt32LE(i < files.length - 1 ? start + 8 : 0, end);
  });
  return joined;
}

/** A little-endian file whose first page states a resolution in inches, in a new directory. */
export function withResolution(tiff: Buffer, x: number, y: number): Buffer {
  const fractions = Buffer.from(Uint32Array.of(x, 1, y, 1).buffer);
  const at = tiff.length;
  return withTags(tiff, fractions, [
    [282, RATIONAL, 1, at],
    [283, RATIONAL, 1, at + 8],
    [296, SHORT, 1, 2],
  ]);
}

/** A little-endian file whose first page has an ICC profile, in a new directory. */
export function withTiffProfile(tiff: Buffer, icc: Buffer): Buffer {
  return withTags(tiff, icc, [[34_675, UNDEFINED, icc.length, tiff.length]]);
}

/** Appends data, and a directory with more tags. */
function withTags(tiff: Buffer, data: Buffer, tags: Tag[]): Buffer {
  const at = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(at);
  const entries = Array.from({ length: count + tags.length }, (_, i) => {
    const tag = tags[i - count];
    const entry = tiff.subarray(at + 2 + i * 12, at + 14 + i * 12);
    return tag ? tagEntry(tag) : entry;
  });
  entries.sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const size = Buffer.from(Uint16Array.of(entries.length).buffer);
  const file = Buffer.concat([tiff, data, size, ...entries, Buffer.alloc(4)]);
  file.writeUInt32LE(tiff.length + data.length, 4);
  return file;
}

function tagEntry(tag: Tag): Buffer {
  const entry = Buffer.alloc(12);
  writeEntry(entry, 0, tag);
  return entry;
}
