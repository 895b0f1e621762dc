import {
  firstScanAt,
  hasSuspiciousZeros,
  isAlone,
  type JpegFrame,
  type JpegScans,
  nextMarker,
  notArrived,
  readJpegScans,
  type ScanResult,
  segmentEnd,
} from '../../../gray-jpeg/index.ts';
import type { Deadline } from '../../deadline.ts';
import type { Verdict } from '../damage.ts';

const endOfImage = 0xd9;
const endMarker = Buffer.from([0xff, endOfImage]);

/**
 * What is missing from a JPEG; `whole` if every pixel is there. A missing end marker, stray bytes
 * between segments and odd scan parameters are not damage. `unknown` for arithmetic coding and other
 * processes that are not read here, and for more than `maxPixels`. Throws only after the deadline.
 */
export async function judgeJpeg(
  bytes: Uint8Array,
  maxPixels: number,
  deadline: Deadline,
): Promise<Verdict> {
  const onProgress = () => deadline.check();
  return verdictOf(await readJpegScans(bytes, { maxPixels, onProgress }));
}

/** What is missing according to the scans that were read. */
export function verdictOf({ frame, scans }: JpegScans): Verdict {
  if (!frame) return 'unknown';
  const damaged = scans.find(({ damage }) => damage !== undefined);
  const reason = damaged
    ? `scan ${scans.indexOf(damaged) + 1} ${damaged.damage}`
    : unfinished(frame);
  if (reason === undefined) return 'whole';
  const missingShare = frame.components.some(({ lowBits }) => lowBits[0] === notArrived)
    ? 1
    : shareOf(scans);
  // Blocks without details have pixels all the same.
  return { reason, ...(missingShare > 0 && { missingShare }) };
}

function unfinished({ components, isProgressive }: JpegFrame): string | undefined {
  if (components.some(({ lowBits }) => lowBits[0] === notArrived)) {
    return 'they end before the last component';
  }
  const isCoarse =
    isProgressive && components.some(({ lowBits }) => lowBits.some((bit) => bit > 0));
  return isCoarse ? 'they end before the last scan' : undefined;
}

function shareOf(scans: ScanResult[]): number {
  const shares = scans.filter(({ isFirst }) => isFirst).map(({ missingShare }) => missingShare);
  return Math.max(0, ...shares);
}

/**
 * Whether a JPEG that libjpeg decodes without a warning may be damaged: zeros are valid codes, and
 * libjpeg does not read what follows the last block. Takes no time worth mentioning.
 */
export function mayHideDamage(bytes: Uint8Array): boolean {
  const firstData = segmentEnd(bytes, firstScanAt(bytes));
  if (isClearlyWhole(bytes.subarray(firstData))) return false;
  for (let at = firstData; ; ) {
    const { marker, start } = nextMarker(bytes, at);
    // Only coded data is searched: the tables between the scans of a progressive file have zeros.
    if (marker === undefined || hasSuspiciousZeros(bytes, at, start)) return true;
    if (marker === endOfImage) return false;
    at = isAlone(marker) ? start : segmentEnd(bytes, start);
  }
}

/**
 * Node searches in machine code: in a new process, the loop over all markers takes longer than
 * converting a small image.
 */
function isClearlyWhole(data: Uint8Array): boolean {
  const end = Buffer.from(data.buffer, data.byteOffset, data.length).lastIndexOf(endMarker);
  return end >= 0 && !hasSuspiciousZeros(data, 0, data.length);
}
