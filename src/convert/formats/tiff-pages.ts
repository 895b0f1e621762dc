/** In the tag NewSubfileType: TIFF 6.0, section 8. */
const [reducedBit, maskBit] = [1, 4];
/** In the older tag SubfileType. */
const oldReduced = 2;
const [newTypeTag, oldTypeTag] = [254, 255];

/** libtiff counts no more. */
const maxDirectories = 65_536;
/** Tags are in ascending order, so the two are among the first. */
const maxEntries = 16;

interface Directory {
  at: number;
  /** Offset of the pointer to the next directory. */
  nextAt: number;
  /** A smaller version of another image, or a mask. */
  isSubordinate: boolean;
}

/**
 * A TIFF without its thumbnails, reduced versions and masks: the list of pages skips them. Returns
 * the same bytes if there are none, or nothing else.
 */
export function withoutThumbnails(bytes: Uint8Array): Uint8Array {
  const layout = layoutOf(bytes);
  const all = [...directories(layout)];
  const pages = all.filter(({ isSubordinate }) => !isSubordinate);
  if (pages.length === 0 || pages.length === all.length) return bytes;
  const linked = new Uint8Array(bytes);
  const { write } = layoutOf(linked);
  const pointers = [layout.firstAt, ...pages.map(({ nextAt }) => nextAt)];
  pointers.forEach((pointerAt, i) => void write(pointerAt, pages[i]?.at ?? 0));
  return linked;
}

/** The number of pages, without their sub-images. */
export function countTiffPages(bytes: Uint8Array): number {
  return [...directories(layoutOf(bytes))].length;
}

interface Layout {
  bytes: Uint8Array;
  /** Offset of the pointer to the first directory. */
  firstAt: number;
  countSize: number;
  entrySize: number;
  wordSize: number;
  read(at: number, size: number): number;
  write(at: number, word: number): void;
}

/** BigTIFF has the same structure with wider numbers. */
function layoutOf(bytes: Uint8Array): Layout {
  const isLittle = bytes[0] === 0x49;
  const isBig = bytes[isLittle ? 2 : 3] === 43;
  const [firstAt, countSize, entrySize, wordSize] = isBig ? [8, 8, 20, 8] : [4, 2, 12, 4];
  const placeOf = (at: number, size: number, i: number) => (isLittle ? at + size - 1 - i : at + i);
  return {
    ...{ bytes, firstAt, countSize, entrySize, wordSize },
    // Bytes past the end read as zero: the decoder rejects a truncated directory.
    read(at, size) {
      let value = 0;
      for (let i = 0; i < size; i++) value = value * 256 + (bytes[placeOf(at, size, i)] ?? 0);
      return value;
    },
    write(at, word) {
      for (let i = wordSize - 1, rest = word; i >= 0; i--) {
        bytes[placeOf(at, wordSize, i)] = rest % 256;
        rest = Math.floor(rest / 256);
      }
    },
  };
}

/** The pages in order, without their sub-images. */
function* directories(layout: Layout): Generator<Directory> {
  const { bytes, firstAt, countSize, entrySize, wordSize, read } = layout;
  const seen = new Set([0]);
  for (let at = read(firstAt, wordSize); !seen.has(at) && at < bytes.length; ) {
    seen.add(at);
    const count = read(at, countSize);
    const nextAt = at + countSize + count * entrySize;
    yield { at, nextAt, isSubordinate: isSubordinate(layout, at, count) };
    if (seen.size > maxDirectories) return;
    at = read(nextAt, wordSize);
  }
}

function isSubordinate({ read, ...layout }: Layout, at: number, count: number): boolean {
  const { countSize, entrySize, wordSize } = layout;
  for (let i = 0; i < Math.min(count, maxEntries); i++) {
    const entry = at + countSize + i * entrySize;
    const tag = read(entry, 2);
    if (tag !== newTypeTag && tag !== oldTypeTag) continue;
    // A short number is at the beginning of its place.
    const value = read(entry + 4 + wordSize, read(entry + 2, 2) === 3 ? 2 : 4);
    return tag === newTypeTag ? (value & (reducedBit | maskBit)) !== 0 : value === oldReduced;
  }
  return false;
}
