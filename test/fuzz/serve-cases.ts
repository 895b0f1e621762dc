import { setImmediate as turn } from 'node:timers/promises';
import sharp from 'sharp';
import { residentBytes } from '../../testing/peak-memory.ts';
import { type Corpus, loadCorpus } from './corpus.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { type Engine, judgeCase, type Verdict } from './judge-case.ts';

export interface CaseResult extends Verdict {
  ms: number;
}

export interface CaseReply extends CaseResult {
  residentBytes: number;
}

/** Runs the cases that the parent process sends, one at a time, until the parent exits. */
export async function serveCases(engine: Engine, { isWarm = true } = {}): Promise<void> {
  // As the deployed program does in src/app/open-pipeline.ts.
  sharp.concurrency(1);
  sharp.cache(false);
  if (isWarm) await warmUp(await loadCorpus());
  process.on('message', async (fuzzCase: FuzzCase) => {
    const startedAt = performance.now();
    const verdict = await judgeCase(fuzzCase, engine);
    // An unhandled rejection ends the process, but only after the promises of this turn.
    await turn();
    const reply: CaseReply = {
      ...verdict,
      ms: performance.now() - startedAt,
      residentBytes: residentBytes('self') ?? 0,
    };
    process.send?.(reply);
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
}

/** Modules loaded with the first image of a format must not count as that image’s memory. */
async function warmUp(corpus: Corpus): Promise<void> {
  for (const files of Object.values(corpus)) {
    for (const { bytes } of files.slice(0, 2)) {
      await judgeCase({ bytes, recipe: {}, limits: {}, isRepeated: false, isCompared: true });
    }
  }
}
