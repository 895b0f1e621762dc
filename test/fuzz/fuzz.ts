import { createCaseRunner, type RunnerOptions } from './case-runner.ts';
import type { Corpus } from './corpus.ts';
import { drawCase } from './draw-case.ts';
import { examined, type Find, signatureOf } from './find.ts';
import type { CaseResult } from './serve-cases.ts';

export interface FuzzOptions extends RunnerOptions {
  corpus: Corpus;
  seed: number;
  /** What is reached first of these two ends the run. */
  seconds: number;
  cases: number;
  /** The first case. */
  from: number;
  /** How long a find is made smaller, at most. */
  minimiseMs: number;
  /** Told of each find as soon as it is there. */
  onFind(find: Find): void | Promise<void>;
}

export interface FuzzSummary {
  cases: number;
  seconds: number;
  finds: number;
  /** Cases that showed what one before them had shown. */
  repeatedFinds: number;
  /** By format of the file that was changed, how often each outcome was. */
  outcomes: Record<string, Record<string, number>>;
  slowest: { index: number; ms: number };
}

/** Runs the cases of a seed, one after the other. */
export async function fuzz(options: FuzzOptions): Promise<FuzzSummary> {
  const { corpus, seed, from } = options;
  const runner = createCaseRunner(options);
  const known = new Set<string>();
  const summary = emptySummary(from);
  const startedAt = performance.now();
  const isOver = () => summary.cases >= options.cases || summary.seconds >= options.seconds;
  try {
    for (let index = from; !isOver(); index++) {
      const reply = await runner.run({ seed, index });
      const drawn = drawCase(corpus, { seed, index });
      count(summary, drawn.format, { ...reply, index });
      if (reply.fault) {
        const find = { seed, index, fault: reply.fault, case: drawn };
        if (known.has(signatureOf(find))) summary.repeatedFinds++;
        else {
          known.add(signatureOf(find));
          summary.finds++;
          await options.onFind(await examined(find, { runner, minimiseMs: options.minimiseMs }));
        }
      }
      summary.seconds = (performance.now() - startedAt) / 1_000;
    }
  } finally {
    await runner.restart();
  }
  return summary;
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
