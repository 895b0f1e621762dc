import {
  type ObjectRef,
  type PipelineParts,
  processBatch,
  type Upload,
} from '../../pipeline/index.ts';
import {
  addOutcomes,
  type Destination,
  type OutcomeCounts,
  zeroOutcomes,
} from '../destinations.ts';
import type { KeyFinding } from './findings.ts';

/** The outcome of a repair. */
export interface RepairResult {
  outcomes: OutcomeCounts;
  /** Removed orphans, and removed rows of missing objects. */
  removed: number;
  /**
   * Left unchanged: orphans whose deletion was not requested, and objects that could not be
   * checked.
   */
  left: number;
}

interface RepairOptions {
  bucket: string;
  /** Where uploads to convert are sent: the queue, or the pipeline in this process. */
  destination: Destination;
  /** Removes outputs and rows. The queue cannot: its consumer may be configured to keep outputs. */
  pipeline: PipelineParts;
  deletesOrphans: boolean;
}

export interface Repair {
  add(finding: KeyFinding): Promise<void>;
  /** Repairs the remaining findings and returns the outcome of all findings. */
  finish(): Promise<RepairResult>;
}

const maxConcurrentRemovals = 10;

/** Repairs findings in groups. */
export function createRepair(options: RepairOptions): Repair {
  const { bucket, destination, pipeline, deletesOrphans } = options;
  const result: RepairResult = { outcomes: zeroOutcomes, removed: 0, left: 0 };
  const uploads: Upload[] = [];
  const toRemove: ObjectRef[] = [];

  async function convert() {
    if (uploads.length === 0) return;
    result.outcomes = addOutcomes(result.outcomes, await destination.submit(uploads.splice(0)));
  }

  /** As for a removal event: checks the source before and after. */
  async function remove() {
    const removals = toRemove.splice(0).map((ref): Upload => ({ ...ref, isRemoval: true }));
    const { results } = await processBatch(removals, { ...pipeline, onSourceDeleted: 'delete' });
    for (const each of results) {
      if ('error' in each)
        result.outcomes = addOutcomes(result.outcomes, { ...zeroOutcomes, unsettled: 1 });
      else result.removed++;
    }
  }

  return {
    async add({ kind, key, upload }) {
      if (kind === 'dangling' || (kind === 'orphan' && deletesOrphans)) {
        toRemove.push({ bucket, key });
        if (toRemove.length >= maxConcurrentRemovals) await remove();
      } else if (upload) {
        uploads.push(upload);
        if (uploads.length >= destination.groupSize) await convert();
      } else {
        result.left++;
      }
    },
    async finish() {
      await convert();
      await remove();
      return result;
    },
  };
}
