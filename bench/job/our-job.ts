import { openPipeline } from '../../src/app/open-pipeline.ts';
import { readConfig } from '../../src/config/index.ts';
import { growHeapFaster } from '../../src/convert/heap-growth.ts';
import { createBudget, processBatch } from '../../src/pipeline/index.ts';
import type { Job } from '../workers/worker.ts';

// As in the function: the parts are created once, and live as long as the process.
const parts = await openPipeline(readConfig());
growHeapFaster();

/** Our pipeline, as the function runs it: batch after batch from the queue. */
export async function runPipeline({ bucket, keys, concurrency, batchSize }: Job): Promise<void> {
  const slots = createBudget(concurrency);
  for (let from = 0; from < keys.length; from += batchSize) {
    const uploads = keys.slice(from, from + batchSize).map((key) => ({ bucket, key }));
    const { outcomes } = await processBatch(uploads, { ...parts, slots });
    const converted = outcomes.filter(({ status }) => status === 'converted');
    if (converted.length !== uploads.length) {
      throw new Error(
        `Expected ${uploads.length} conversions but there are ${converted.length}: ${JSON.stringify(outcomes)}`,
      );
    }
  }
}
