import {
  parseSide,
  type SampleSidesOptions,
  type Side,
  type SideName,
  sampleSides,
} from '../stats/index.ts';
import { UsageError } from './usage-error.ts';

/** Parses two versions or two times to compare, the baseline first. Throws {@link UsageError}. */
export async function chooseSides(
  names: string[],
  options: SampleSidesOptions,
): Promise<{ candidate: Side; baseline: Side }> {
  const [first, second, ...rest] = names;
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new UsageError(
      `Expected --compare to name two versions or two times but received ${names.length}.`,
    );
  }
  if (first.includes('..') !== second.includes('..')) {
    throw new UsageError(
      `Expected --compare to name two versions or two times but received "${first}" and "${second}".`,
    );
  }
  const { untilMs } = options.window;
  const named = { baseline: sideOf(first, untilMs), candidate: sideOf(second, untilMs) };
  const sides = await sampleSides(named, options);
  for (const side of Object.values(sides)) {
    if (side.rows.length > 0) continue;
    throw new UsageError(`No images of ${side.name} were found. Set --since to an earlier time.`);
  }
  return sides;
}

function sideOf(name: string, nowMs: number): SideName {
  const side = parseSide(name, nowMs);
  if (side) return side;
  throw new UsageError(
    `Expected a time such as 2026-01-01..2026-01-02, 2026-01-01T08:00Z.. or 48h..24h but received "${name}".`,
  );
}
