import { type Outcome, type PipelineParts, processBatch, type Upload } from '../pipeline/index.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';

/** What became of uploads that were handed over. */
export interface Taken {
  queued: number;
  converted: number;
  skipped: number;
  failed: number;
  /** Not settled, for a cause that another try may mend; they have no row. */
  unsettled: number;
}

/** Where a backfill's uploads go. */
export interface Destination {
  /** Uploads that are handed over together: a stop waits for them. */
  groupSize: number;
  take(uploads: Upload[]): Promise<Taken>;
}

export const noneTaken: Taken = { queued: 0, converted: 0, skipped: 0, failed: 0, unsettled: 0 };

export function takenWith(sum: Taken, more: Taken): Taken {
  const names = Object.keys(sum) as (keyof Taken)[];
  return Object.fromEntries(
    names.map((name) => [name, sum[name] + more[name]]),
  ) as unknown as Taken;
}

/** Onto the queue that the bucket's events go to; whoever reads it does the work. */
export function createQueueDestination(queue: UploadQueue): Destination {
  return {
    // Ten requests side by side.
    groupSize: 100,
    async take(uploads) {
      await queue.send(uploads);
      return { ...noneTaken, queued: uploads.length };
    },
  };
}

/** Where so many in a row were not settled, it is not the pictures: store or database is away. */
const patience = 20;

/** Through the pipeline of this process. */
export function createPipelineDestination(
  parts: PipelineParts,
  { onOutcome }: { onOutcome: (outcome: Outcome) => void },
): Destination {
  let unsettledInRow = 0;
  return {
    groupSize: 10,
    async take(uploads) {
      const { results } = await processBatch(uploads, parts);
      const taken = { ...noneTaken };
      for (const result of results) {
        if ('error' in result) {
          taken.unsettled++;
          if (++unsettledInRow >= patience) throw result.error;
          continue;
        }
        unsettledInRow = 0;
        taken[result.outcome.status]++;
        onOutcome(result.outcome);
      }
      return taken;
    },
  };
}
