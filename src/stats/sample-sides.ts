import type { Side } from './compare-report.ts';
import type { LedgerSampler, TimeWindow } from './ledger-sampler.ts';
import { sampleRows } from './sample-rows.ts';
import { parseTimeRange } from './time-window.ts';

/** One side of a comparison: a version, or a time if it has a range. */
export interface SideName {
  name: string;
  range?: TimeWindow;
}

/**
 * Parses a version like `0.1.0`, or a time range like `48h..24h`; undefined for an invalid
 * range.
 */
export function parseSide(name: string, nowMs: number): SideName | undefined {
  if (!name.includes('..')) return { name };
  const range = parseTimeRange(name, nowMs);
  return range && { name, range };
}

export interface SampleSidesOptions {
  /** The window in which versions are searched. */
  window: TimeWindow;
  sampler: LedgerSampler;
}

/** Returns the rows of both sides; two versions are separated within one sample. */
export async function sampleSides(
  { baseline, candidate }: { baseline: SideName; candidate: SideName },
  { window, sampler }: SampleSidesOptions,
): Promise<{ baseline: Side; candidate: Side }> {
  const hasVersion = !baseline.range || !candidate.range;
  const shared = hasVersion ? (await sampleRows(sampler, window)).rows : [];
  const sideOf = async ({ name, range }: SideName): Promise<Side> => ({
    name,
    rows: range
      ? (await sampleRows(sampler, range)).rows
      : shared.filter(({ processorVersion }) => processorVersion === name),
  });
  return { baseline: await sideOf(baseline), candidate: await sideOf(candidate) };
}
