import type { LedgerSampler, TimeWindow } from '../pipeline/index.ts';
import { readRange, type Side, sampleRows } from '../stats/index.ts';
import { UsageError } from './usage-error.ts';

export interface SideOptions {
  /** In which versions are looked for. */
  window: TimeWindow;
  sampler: LedgerSampler;
}

/** The rows of two versions or of two times, the baseline named first. Throws {@link UsageError}. */
export async function chooseSides(
  names: string[],
  { window, sampler }: SideOptions,
): Promise<{ candidate: Side; baseline: Side }> {
  const [first, second, ...rest] = names;
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new UsageError(
      `Expected --compare to name two versions or two times but received ${names.length}.`,
    );
  }
  const areTimes = [first, second].map((name) => name.includes('..'));
  if (areTimes[0] !== areTimes[1]) {
    throw new UsageError(
      `Expected --compare to name two versions or two times but received "${first}" and "${second}".`,
    );
  }
  const sides = areTimes[0]
    ? await Promise.all([first, second].map((name) => sideOfTime(name, { window, sampler })))
    : await sidesOfVersions([first, second], { window, sampler });
  const [baseline, candidate] = sides;
  for (const side of sides) {
    if (side.rows.length > 0) continue;
    throw new UsageError(`No image of ${side.name} was found; --since looks further back.`);
  }
  return { baseline, candidate } as { candidate: Side; baseline: Side };
}

async function sidesOfVersions(
  versions: string[],
  { window, sampler }: SideOptions,
): Promise<Side[]> {
  const { rows } = await sampleRows(sampler, window);
  return versions.map((name) => ({
    name,
    rows: rows.filter(({ processorVersion }) => processorVersion === name),
  }));
}

async function sideOfTime(name: string, { window, sampler }: SideOptions): Promise<Side> {
  const range = readRange(name, window.untilMs);
  if (!range) {
    throw new UsageError(
      `Expected a time such as 2026-01-01..2026-01-02, 2026-01-01T08:00Z.. or 48h..24h but received "${name}".`,
    );
  }
  return { name, rows: (await sampleRows(sampler, range)).rows };
}
