import type { TiffDirectory } from '../../formats/tiff-layout.ts';

/** A strip or a tile: TIFF 6.0, sections 3 and 15. */
export interface TiffPart {
  /** Its place in the lists of the page. */
  index: number;
  data: Uint8Array;
  /** Whether the file has all of its data. */
  isWhole: boolean;
  width: number;
  height: number;
  /** Bytes after decompression. */
  sizeBytes: number;
  /** The same of a whole strip: some writers pad the last one. */
  paddedBytes: number;
}

/** The strips or tiles of a page; none if the page does not say where they are. */
export function* tiffParts(bytes: Uint8Array, page: TiffDirectory): Generator<TiffPart> {
  const [width = 0, height = 0] = [page.number(256), page.number(257)];
  const [tileWidth, tileHeight] = [page.number(322), page.number(323)];
  const isTiled = tileWidth !== undefined && tileHeight !== undefined;
  const starts = page.numbers(isTiled ? 324 : 273);
  const counts = page.numbers(isTiled ? 325 : 279);
  const isPlanar = page.number(284) === 2;
  const samples = isPlanar ? 1 : (page.number(277) ?? 1);
  const bits = samples * (page.number(258) ?? 1);
  const partWidth = isTiled ? tileWidth : width;
  const partHeight = isTiled ? tileHeight : Math.min(height, page.number(278) ?? height);
  const rowBytes = Math.ceil((partWidth * bits) / 8);
  const down = Math.ceil(height / Math.max(1, partHeight));
  for (const [i, start] of starts.entries()) {
    const count = counts[i] ?? 0;
    // libtiff finds out what is not given.
    if (count === 0) continue;
    const end = start + count;
    // Only the last strip of a plane has fewer rows; tiles are always whole.
    const rows = isTiled ? partHeight : Math.min(partHeight, height - (i % down) * partHeight);
    yield {
      index: i,
      data: bytes.subarray(start, end),
      isWhole: end <= bytes.length,
      width: partWidth,
      height: rows,
      sizeBytes: rows * rowBytes,
      paddedBytes: partHeight * rowBytes,
    };
  }
}
