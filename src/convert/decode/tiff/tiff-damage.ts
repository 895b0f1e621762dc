import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import type { Deadline } from '../../deadline.ts';
import { type TiffDirectory, tiffDirectories } from '../../formats/tiff-layout.ts';
import { countLzw } from '../count-lzw.ts';
import type { Verdict } from '../damage.ts';
import { judgeJpeg, mayHideDamage } from '../jpeg/jpeg-damage.ts';
import { type TiffPart, tiffParts } from './tiff-parts.ts';

/** Whether a part is known to be damaged. */
type Check = (
  part: TiffPart,
  page: TiffDirectory,
  deadline: Deadline,
) => boolean | Promise<boolean>;

/** By compression: TIFF 6.0, sections 9 and 13; Technical Note 2 and the Adobe Photoshop notes. */
const checks: Record<number, Check> = {
  5: isLzwDamaged,
  7: isJpegDamaged,
  8: isDeflateDamaged,
  32773: isPackBitsDamaged,
  32946: isDeflateDamaged,
};

/**
 * Finds strips and tiles that libtiff decodes without a word although they are damaged: it stops
 * when it has as many bytes as it needs, before the checksum, and ignores the rest. Throws only after
 * the deadline.
 */
export async function judgeTiff(
  bytes: Uint8Array,
  frames: number,
  deadline: Deadline,
): Promise<Verdict> {
  let [parts, damaged, index] = [0, 0, 0];
  for (const page of tiffDirectories(bytes)) {
    if (!page.isPage) continue;
    if (index++ === frames) break;
    const check = page.number(fillOrder) === 2 ? undefined : checks[page.number(compression) ?? 1];
    for (const part of tiffParts(bytes, page)) {
      deadline.check();
      parts++;
      if (!part.isWhole || (await check?.(part, page, deadline))) damaged++;
    }
  }
  if (damaged === 0) return 'unknown';
  return {
    reason: `${damaged} of ${parts} strips or tiles`,
    missingShare: damaged / parts,
  };
}

const [compression, fillOrder, jpegTables] = [259, 266, 347];

/** Old files with bits in the order of GIF begin with a zero: libtiff reads them. */
function isLzwDamaged({ data, sizeBytes, paddedBytes }: TiffPart): boolean {
  if (data[0] === 0) return false;
  const variant = { valueBits: 8, isTiff: true, maxValues: paddedBytes };
  const { values, end } = countLzw(data, variant);
  return end === 'end code' ? ![sizeBytes, paddedBytes].includes(values) : values < sizeBytes;
}

/** Up to one byte may follow, to an even number. */
function isPackBitsDamaged({ data, sizeBytes, paddedBytes }: TiffPart): boolean {
  let [at, unpacked] = [0, 0];
  while (at < data.length && unpacked < paddedBytes) {
    if (unpacked === sizeBytes && data.length - at <= 1) return false;
    const code = data[at] as number;
    unpacked += code < 128 ? code + 1 : code > 128 ? 257 - code : 0;
    at += code < 128 ? code + 2 : code > 128 ? 2 : 1;
  }
  const isSize = unpacked === sizeBytes || unpacked === paddedBytes;
  return !isSize || at > data.length || data.length - at > 1;
}

const chunkSize = 2 ** 18;

/** Reads the stream to its checksum: RFC 1950. */
async function isDeflateDamaged(
  { data, paddedBytes }: TiffPart,
  _: TiffDirectory,
  deadline: Deadline,
): Promise<boolean> {
  let length = 0;
  try {
    for await (const piece of Readable.from([data]).pipe(createInflate({ chunkSize }))) {
      deadline.check();
      length += (piece as Buffer).length;
      // A stream that goes on has been changed.
      if (length > paddedBytes) return true;
    }
    return false;
  } catch {
    deadline.check();
    return true;
  }
}

/** Strips share their tables, which are in a separate file without an image. */
async function isJpegDamaged(
  part: TiffPart,
  page: TiffDirectory,
  deadline: Deadline,
): Promise<boolean> {
  if (!mayHideDamage(part.data)) return false;
  // Blocks are whole even if the strip’s height is not a multiple of theirs.
  const maxPixels = (part.width + 32) * (part.height + 32);
  const tables = page.bytes(jpegTables) ?? new Uint8Array();
  const file = Buffer.concat([tables.subarray(0, -2), part.data.subarray(2)]);
  const verdict = await judgeJpeg(tables.length > 0 ? file : part.data, maxPixels, deadline);
  return verdict !== 'whole' && verdict !== 'unknown';
}
