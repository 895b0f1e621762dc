import { createCaseRunner, type RunnerOptions } from './case-runner.ts';
import { checkCases } from './check-cases.ts';
import type { Corpus } from './corpus.ts';
import { examine, type Find, signatureOf } from './find.ts';
import { casesOf, type DrawnCase } from './fuzz-case.ts';
import type { CaseResult } from './serve-cases.ts';

export interface FuzzOptions extends RunnerOptions {
  corpus: Partial<Corpus>;
  seed: number;
  /** The run ends when the first of these two limits is reached. */
  seconds: number;
  cases: number;
  /** The first case: its index, or the fast-check path of a simplified form of it. */
  path: string;
  /** The maximum time for minimising a find. */
  minimiseMs: number;
  /** Called with each find immediately. */
  onFind(find: Find): void | Promise<void>;
}

export interface FuzzSummary {
  cases: number;
  seconds: number;
  finds: number;
  /** Cases that showed the same fault as an earlier one. */
  repeatedFinds: number;
  /** Counts of each outcome, by format of the original file. */
  outcomes: Record<string, Record<string, number>>;
  slowest: { index: number; ms: number };
}

/** Runs the cases of a seed one after another. */
export async function fuzz(options: FuzzOptions): Promise<FuzzSummary> {
  const { seed, minimiseMs } = options;
  const cases = casesOf(options.corpus);
  const runner = createCaseRunner(options);
  const known = new Set<string>();
  const startedAt = performance.now();
  let path = options.path;
  let index = Number.parseInt(path, 10);
  const summary = emptySummary(index);
  const isOver = () => summary.cases >= options.cases || summary.seconds >= options.seconds;
  try {
    while (!isOver()) {
      const found = await nextFind();
      if (!found) continue;
      summary.finds++;
      await options.onFind(await examine(found, { cases, runner, minimiseMs }));
      path = String(index);
    }
  } finally {
    await runner.restart();
  }
  return summary;

  /** Undefined when the run is over. */
  async function nextFind(): Promise<Omit<Find, 'isReproduced'> | undefined> {
    let found: Omit<Find, 'isReproduced'> | undefined;
    const passes = async (drawn: DrawnCase) => {
      // fast-check ends with the first failing case, or not at all.
      if (isOver()) return false;
      const result = await runner.run(drawn);
      count(summary, drawn.format, { ...result, index });
      summary.seconds = (performance.now() - startedAt) / 1_000;
      found = result.fault && isNew({ seed, index, path, fault: result.fault, case: drawn });
      index++;
      return !found;
    };
    const numRuns = 2 ** 31 - 1;
    const check = { seed, path, numRuns, endOnFailure: true };
    const { counterexamplePath } = await checkCases(cases, passes, check);
    return found && counterexamplePath ? { ...found, path: counterexamplePath } : undefined;
  }

  /** Returns the find, unless an earlier case showed the same fault. */
  function isNew(find: Omit<Find, 'isReproduced'>) {
    const signature = signatureOf(find);
    if (known.has(signature)) summary.repeatedFinds++;
    else {
      known.add(signature);
      return find;
    }
  }
}

function emptySummary(from: number): FuzzSummary {
  return {
    cases: 0,
    seconds: 0,
    finds: 0,
    repeatedFinds: 0,
    outcomes: {},
    slowest: { index: from, ms: 0 },
  };
}

function count(
  summary: FuzzSummary,
  format: string,
  { index, ms, outcome }: CaseResult & { index: number },
): void {
  summary.cases++;
  summary.outcomes[format] ??= {};
  const outcomes = summary.outcomes[format];
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  if (ms > summary.slowest.ms) summary.slowest = { index, ms };
}
