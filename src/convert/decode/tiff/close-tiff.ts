import { type TiffDirectory, tiffDirectories } from '../../formats/tiff-layout.ts';
import { tiffParts } from './tiff-parts.ts';

const [compression, tileWidth, stripCounts, tileCounts] = [259, 322, 279, 325];

/**
 * A TIFF with uncompressed parts that are said to extend past the end of the file although all of
 * their samples are there: libtiff rejects it. The copy states their real sizes. Any other TIFF as
 * it is.
 */
export function closeTiff(bytes: Uint8Array): Uint8Array {
  let closed: Buffer | undefined;
  for (const page of tiffDirectories(bytes)) {
    if ((page.number(compression) ?? 1) !== 1) continue;
    for (const { isWhole, data, index, sizeBytes } of tiffParts(bytes, page)) {
      if (isWhole || data.length < sizeBytes) continue;
      closed ??= Buffer.from(bytes);
      writeCount(closed, page, { index, sizeBytes });
    }
  }
  return closed ?? bytes;
}

/** The value replaces a larger one of the same width. */
function writeCount(
  file: Buffer,
  page: TiffDirectory,
  { index, sizeBytes }: { index: number; sizeBytes: number },
): void {
  const place = page.placeOf(page.number(tileWidth) === undefined ? stripCounts : tileCounts);
  if (!place) return;
  const width = place.end - place.start;
  const start = place.start + index * width;
  for (let i = 0, rest = sizeBytes; i < width; i++, rest = Math.floor(rest / 256)) {
    file[start + (file[0] === 0x49 ? i : width - 1 - i)] = rest % 256;
  }
}
