import {
  type Outcome,
  type PipelineParts,
  processBatch,
  type Upload,
  type UploadResult,
} from '../pipeline/index.ts';
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
  take(uploads: Upload[], onUnsettled?: OnUnsettled): Promise<Taken>;
}

/** Is told each upload that was not settled, and why. */
export type OnUnsettled = (upload: Upload, error: unknown) => void;

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

/** Where so many in a row were not settled, the images are not the cause: a service is away. */
const defaultMaxUnsettled = 20;

interface PipelineDestinationOptions {
  onOutcome: (outcome: Outcome) => void;
  /** It throws the error of the upload that reaches this number in a row. */
  maxUnsettledInRow?: number;
}

/** Through the pipeline of this process. */
export function createPipelineDestination(
  parts: PipelineParts,
  { onOutcome, maxUnsettledInRow = defaultMaxUnsettled }: PipelineDestinationOptions,
): Destination {
  let unsettledInRow = 0;
  return {
    // Few, so that outcomes are recorded as they come and a stop is soon over.
    groupSize: 10,
    async take(uploads, onUnsettled) {
      const { results, outcomes } = await processBatch(uploads, parts);
      for (const outcome of outcomes) onOutcome(outcome);
      const taken = { ...noneTaken };
      for (const [index, upload] of uploads.entries()) {
        const result = results[index] as UploadResult;
        if ('error' in result) {
          taken.unsettled++;
          onUnsettled?.(upload, result.error);
          if (++unsettledInRow >= maxUnsettledInRow) throw result.error;
          continue;
        }
        unsettledInRow = 0;
        taken[result.outcome.status]++;
      }
      return taken;
    },
  };
}
