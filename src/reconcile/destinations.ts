import {
  type Outcome,
  type PipelineParts,
  processBatch,
  type Upload,
  type UploadResult,
} from '../pipeline/index.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';

/** Outcomes of submitted uploads. */
export interface OutcomeCounts {
  queued: number;
  converted: number;
  skipped: number;
  failed: number;
  /** Failed with a retryable error; they have no row. */
  unsettled: number;
}

/** Where uploads are sent for conversion. */
export interface Destination {
  /** Uploads that are submitted together: a stop waits for them. */
  groupSize: number;
  /** Calls `onUnsettled` with each upload that failed with a retryable error. */
  submit(
    uploads: Upload[],
    onUnsettled?: (upload: Upload, error: unknown) => void,
  ): Promise<OutcomeCounts>;
}

export const zeroOutcomes: OutcomeCounts = {
  queued: 0,
  converted: 0,
  skipped: 0,
  failed: 0,
  unsettled: 0,
};

export function addOutcomes(sum: OutcomeCounts, more: OutcomeCounts): OutcomeCounts {
  const names = Object.keys(sum) as (keyof OutcomeCounts)[];
  return Object.fromEntries(
    names.map((name) => [name, sum[name] + more[name]]),
  ) as unknown as OutcomeCounts;
}

/** Sends uploads to the queue of bucket events; its workers convert them. */
export function createQueueDestination(queue: Pick<UploadQueue, 'send'>): Destination {
  return {
    // Ten concurrent requests.
    groupSize: 100,
    async submit(uploads) {
      await queue.send(uploads);
      return { ...zeroOutcomes, queued: uploads.length };
    },
  };
}

/** So many failures in a row show that a service is down: the images are not the cause. */
const defaultMaxUnsettledInRow = 20;

interface PipelineDestinationOptions {
  onOutcome: (outcome: Outcome) => void;
  /** After this many unsettled uploads in a row, the error of the last one is thrown. */
  maxUnsettledInRow?: number;
}

/** Converts uploads with the pipeline in this process. */
export function createPipelineDestination(
  parts: PipelineParts,
  { onOutcome, maxUnsettledInRow = defaultMaxUnsettledInRow }: PipelineDestinationOptions,
): Destination {
  let unsettledInRow = 0;
  return {
    // Small, so that outcomes are recorded soon and a stop is quick.
    groupSize: 10,
    async submit(uploads, onUnsettled) {
      const { results, outcomes } = await processBatch(uploads, parts);
      for (const outcome of outcomes) onOutcome(outcome);
      const counts = { ...zeroOutcomes };
      for (const [index, upload] of uploads.entries()) {
        const result = results[index] as UploadResult;
        if ('error' in result) {
          counts.unsettled++;
          onUnsettled?.(upload, result.error);
          if (++unsettledInRow >= maxUnsettledInRow) throw result.error;
          continue;
        }
        unsettledInRow = 0;
        counts[result.outcome.status]++;
      }
      return counts;
    },
  };
}
