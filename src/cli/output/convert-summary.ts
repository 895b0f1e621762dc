import type { JobResult } from '../convert-files.ts';
import { threeDigits } from './number-text.ts';

/** The totals of a run, as `--json` prints them. */
export interface ConvertSummary {
  converted: number;
  /** Only with `--dry-run`. */
  planned: number;
  skipped: number;
  failed: number;
  /** Inputs that were not started because the run was stopped. */
  notDone: number;
  megapixels: number;
  elapsedMs: number;
  imagesPerSecond: number;
  megapixelsPerSecond: number;
}

export function summarize(
  results: JobResult[],
  { elapsedMs, notDone }: Pick<ConvertSummary, 'elapsedMs' | 'notDone'>,
): ConvertSummary {
  const count = (status: JobResult['status']) =>
    results.filter((result) => result.status === status).length;
  const megapixels = results.reduce((sum, result) => sum + megapixelsOf(result), 0);
  return {
    converted: count('converted'),
    planned: count('planned'),
    skipped: count('skipped'),
    failed: count('failed'),
    notDone,
    megapixels,
    elapsedMs,
    imagesPerSecond: count('converted') / (elapsedMs / 1e3),
    megapixelsPerSecond: megapixels / (elapsedMs / 1e3),
  };
}

function megapixelsOf(result: JobResult): number {
  return result.status === 'converted' ? (result.image.width * result.image.height) / 1e6 : 0;
}

export function formatTotals(summary: ConvertSummary): string {
  const { converted, planned, skipped, failed, elapsedMs, imagesPerSecond, megapixelsPerSecond } =
    summary;
  if (planned > 0) {
    return `${planned} to convert, ${skipped} skipped, ${failed} failed; nothing was written`;
  }
  const counts = `${converted} converted, ${skipped} skipped, ${failed} failed`;
  const rates = `${threeDigits(imagesPerSecond)} images/s, ${threeDigits(megapixelsPerSecond)} megapixels/s`;
  const time = `${counts} in ${(elapsedMs / 1e3).toFixed(1)} s`;
  return converted > 0 ? `${time}: ${rates}` : time;
}

/** One line for each reason to skip and each loss: how many, and which was the first. */
export function formatGroups(results: JobResult[], nameOf: (path: string) => string): string[] {
  const entries = results.flatMap((result) => {
    const name = nameOf(result.input);
    if (result.status === 'skipped') return [{ group: `skipped: ${result.reason}`, name }];
    if (result.status !== 'converted') return [];
    return result.image.losses.map((loss) => ({ group: `lost ${loss}`, name }));
  });
  return [...Map.groupBy(entries, ({ group }) => group)].map(([group, some]) => {
    const others = some.length > 1 ? ` and ${some.length - 1} more` : '';
    return `${group}: ${some[0]?.name}${others}`;
  });
}
