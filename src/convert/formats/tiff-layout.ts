import { textAt } from './bytes.ts';

const compressionTag = 259;
const photometricTag = 262;
const tileWidthTag = 322;
const subDirectoriesTag = 330;

/** A file with more directories is damaged or loops forever. */
const maxDirectories = 64;
const maxEntries = 1_024;

/** The tags of one image in a TIFF. */
export interface TiffDirectory {
  /** Whether it is a page and not a sub-image of one. */
  isPage: boolean;
  /** Whether the file has all of its entries. */
  isComplete: boolean;
  /** The first number of a tag, if it is present. */
  number(tag: number): number | undefined;
  /** All numbers of a tag; none if it is absent or does not fit in the file. */
  numbers(tag: number): number[];
  /** Where the first number of a tag is stored. */
  placeOf(tag: number): { start: number; end: number } | undefined;
  /** The first fraction of a tag, or its number; not finite if it is divided by zero. */
  fraction(tag: number): number | undefined;
  text(tag: number): string | undefined;
  /** The value of a tag as stored. */
  bytes(tag: number): Uint8Array | undefined;
  /** The entry of a tag as stored. */
  entry(tag: number): Uint8Array | undefined;
}

interface Entry {
  type: number;
  count: number;
  /** Offset of the value, or of the pointer to it. */
  at: number;
}

/** Whether the first page of a TIFF is stored in tiles instead of strips: TIFF 6.0, section 15. */
export function isTiledTiff(bytes: Uint8Array): boolean {
  return firstDirectory(bytes)?.number(tileWidthTag) !== undefined;
}

/** Whether 0 is white in the first page of a TIFF: TIFF 6.0, section 8. */
export function isWhiteZeroTiff(bytes: Uint8Array): boolean {
  return firstDirectory(bytes)?.number(photometricTag) === 0;
}

/** How the first page of a TIFF is compressed: TIFF 6.0, section 8. */
export function tiffCompression(bytes: Uint8Array): number {
  return firstDirectory(bytes)?.number(compressionTag) ?? 1;
}

const [stripOffsetsTag, stripBytesTag, tileOffsetsTag, tileBytesTag] = [273, 279, 324, 325];

/** Where the strips or tiles of the first page are in the file. */
export function stripsOfTiff(bytes: Uint8Array): { at: number; length: number }[] {
  const first = firstDirectory(bytes);
  const [offsetsTag, bytesTag] =
    first?.number(tileOffsetsTag) === undefined
      ? [stripOffsetsTag, stripBytesTag]
      : [tileOffsetsTag, tileBytesTag];
  const offsets = first?.numbers(offsetsTag) ?? [];
  const lengths = first?.numbers(bytesTag) ?? [];
  return offsets.map((at, i) => ({ at, length: lengths[i] ?? 0 }));
}

/** The tags of the first page; undefined if there is none. */
export function firstDirectory(bytes: Uint8Array): TiffDirectory | undefined {
  return tiffDirectories(bytes).next().value ?? undefined;
}

/**
 * Iterates over the pages of a TIFF, each followed by its sub-images: TIFF 6.0, section 2, and TIFF
 * Technical Note 1. BigTIFF has the same structure with wider numbers.
 */
export function* tiffDirectories(bytes: Uint8Array): Generator<TiffDirectory> {
  const isLittleEndian = bytes[0] === 0x49;
  const isBigTiff = bytes[isLittleEndian ? 2 : 3] === 43;
  const [countSize, entrySize, wordSize] = isBigTiff ? [8, 20, 8] : [2, 12, 4];

  // Bytes past the end read as zero: the decoder rejects a truncated directory.
  const numberAt = (at: number, size: number) => {
    let value = 0;
    for (let i = 0; i < size; i++) {
      value = value * 256 + (bytes[isLittleEndian ? at + size - 1 - i : at + i] ?? 0);
    }
    return value;
  };
  const isInPlace = ({ type, count }: Entry) => count * (sizes[type] ?? 1) <= wordSize;
  const dataAt = (entry: Entry) => (isInPlace(entry) ? entry.at : numberAt(entry.at, wordSize));
  const numberIn = (entry: Entry, i = 0) => {
    const size = sizes[entry.type] ?? wordSize;
    return numberAt(dataAt(entry) + i * size, size);
  };

  const queue = [{ at: numberAt(isBigTiff ? 8 : 4, wordSize), isPage: true }];
  const seen = new Set([0]);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { at, isPage } = next;
    if (seen.has(at) || at >= bytes.length || seen.size > maxDirectories) continue;
    seen.add(at);
    const entries = new Map<number, Entry>();
    const count = numberAt(at, countSize);
    for (let i = 0; i < Math.min(count, maxEntries); i++) {
      const entry = at + countSize + i * entrySize;
      const tag = numberAt(entry, 2);
      // As in libtiff, the first of equal tags counts.
      if (entries.has(tag)) continue;
      entries.set(tag, {
        type: numberAt(entry + 2, 2),
        count: numberAt(entry + 4, wordSize),
        at: entry + 4 + wordSize,
      });
    }
    const parts = entries.get(subDirectoriesTag);
    for (let i = 0; parts && i < Math.min(parts.count, maxDirectories); i++) {
      queue.push({ at: numberIn(parts, i), isPage: false });
    }
    queue.push({ at: numberAt(at + countSize + count * entrySize, wordSize), isPage });
    yield {
      isPage,
      isComplete: at + countSize + count * entrySize <= bytes.length,
      number: (tag) => {
        const entry = entries.get(tag);
        return entry && numberIn(entry);
      },
      placeOf: (tag) => {
        const entry = entries.get(tag);
        if (!entry) return undefined;
        const start = dataAt(entry);
        return { start, end: start + (sizes[entry.type] ?? wordSize) };
      },
      numbers: (tag) => {
        const entry = entries.get(tag);
        const size = sizes[entry?.type ?? 0] ?? wordSize;
        if (!entry || dataAt(entry) + entry.count * size > bytes.length) return [];
        return Array.from({ length: entry.count }, (_, i) => numberIn(entry, i));
      },
      fraction: (tag) => {
        const entry = entries.get(tag);
        if (entry?.type !== rational) return entry && numberIn(entry);
        return numberAt(dataAt(entry), 4) / numberAt(dataAt(entry) + 4, 4);
      },
      text: (tag) => {
        const entry = entries.get(tag);
        return entry && textAt(bytes, dataAt(entry), dataAt(entry) + Math.min(entry.count, 64));
      },
      bytes: (tag) => {
        const entry = entries.get(tag);
        const size = (entry?.count ?? 0) * (sizes[entry?.type ?? 0] ?? wordSize);
        return entry && bytes.subarray(dataAt(entry), dataAt(entry) + size);
      },
      entry: (tag) => {
        const { at } = entries.get(tag) ?? {};
        return at === undefined ? undefined : bytes.subarray(at - 4 - wordSize, at + wordSize);
      },
    };
  }
}

const rational = 5;

/** Bytes per value: BYTE, ASCII, SHORT, LONG, RATIONAL, …, IFD; the other types are not used. */
const sizes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 13: 4, 16: 8, 18: 8 };
