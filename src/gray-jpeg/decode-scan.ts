import { decodeInterval } from './decode-interval.ts';
import { beginScan, readScanHeader, type Scan, type ScanHeader } from './scan.ts';
import type { SourceReader } from './source-reader.ts';
import { hasLongZeros } from './zero-runs.ts';

interface ScanInput extends ScanHeader {
  reader: SourceReader;
  /** Where the entropy-coded data begin. */
  at: number;
  /** MCUs between restart markers; 0 means there are none. */
  interval: number;
  /** Called between parts of the data. */
  onProgress(): void | Promise<void>;
  /** Called before the first MCU, to allocate what is kept. */
  onScan(scan: Scan): void;
  /** Called after each row of MCUs before the first damage. */
  onRow?: OnRow | undefined;
}

export type OnRow = (row: number, scan: Scan) => void | Promise<void>;

export interface ScanResult {
  /** The first problem. */
  damage: string | undefined;
  /** The share of the scan’s MCUs that could not be decoded, from 0 to 1. */
  missingShare: number;
  /** Whether the scan has the first data of its blocks, without which they have no pixels. */
  isFirst: boolean;
  /** Where the next segment begins. */
  next: number;
}

/** Decodes all MCUs of a scan: ITU-T T.81, B.2.3 and E.2. Resumes after damage at restart markers. */
export async function decodeScan(input: ScanInput): Promise<ScanResult> {
  const { reader, frame, at, onProgress, onScan, onRow } = input;
  const scan = readScanHeader(input);
  if (!scan)
    return {
      damage: 'has an invalid header',
      missingShare: 1,
      isFirst: !frame.isProgressive,
      next: at,
    };
  onScan(scan);
  beginScan(reader.kernel, scan, frame.precision);
  const { mcusAcross } = scan;
  const eachRow = onRow && { mcusAcross, onRow: (row: number) => onRow(row, scan) };
  const interval = input.interval || scan.mcus;
  let [next, missing] = [at, 0];
  let damage: string | undefined;
  for (let mcu = 0; mcu < scan.mcus; ) {
    const until = Math.min(mcu + interval, scan.mcus);
    const rows = damage === undefined ? eachRow : undefined;
    const decoded = await decodeInterval(reader, { at: next, mcu, until, onProgress, rows });
    damage ??= decoded.reason;
    missing += until - decoded.done;
    next = decoded.next;
    if (until === scan.mcus) break;
    const index = Math.floor(mcu / interval) + 1;
    const skipped = intervalsSkipped(decoded.marker, index - 1);
    mcu = until + (skipped ?? 0) * interval;
    if (skipped !== 0) damage ??= 'has a wrong restart marker';
    missing += Math.min(mcu, scan.mcus) - until;
    if (skipped === undefined) {
      missing += scan.mcus - until;
      break;
    }
  }
  if (!zerosAreFlat(scan) && hasLongZeros(reader.bytes.subarray(at, next))) {
    damage ??= 'has a run of zeros';
  }
  // Back to the marker. A restart marker after the last interval is harmless.
  next = Math.max(at, next - 2);
  const isFirst = scan.coding === 'sequential' || scan.coding === 'first DC';
  return { damage, missingShare: missing / scan.mcus, isFirst, next };
}

/** How many intervals are missing before a restart marker; undefined for another marker. */
function intervalsSkipped(marker: number | undefined, expected: number): number | undefined {
  return isRestartMarker(marker) ? ((marker as number) - 0xd0 - expected) & 7 : undefined;
}

function isRestartMarker(marker: number | undefined): boolean {
  return marker !== undefined && marker >= 0xd0 && marker <= 0xd7;
}

/**
 * Whether valid data can have a long run of zeros: if zeros are the code of “no more coefficients” in
 * all components, as in flat areas, or in a refining scan. Otherwise zeros are the code of a
 * coefficient, and a long run would be whole blocks of equal coefficients.
 */
function zerosAreFlat({ parts, coding, band: { first, last } }: Scan): boolean {
  if (coding.startsWith('more')) return true;
  return parts.every(
    // The first symbol has the code of zeros.
    ({ ac }) => !ac || last === 0 || first > last || ((ac.symbols[0] ?? 0) & 15) === 0,
  );
}
