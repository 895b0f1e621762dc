import {
  type ObjectRef,
  type PipelineParts,
  processBatch,
  type Upload,
} from '../../pipeline/index.ts';
import { type Destination, noneTaken, type Taken, takenWith } from '../destinations.ts';
import type { KeyFinding } from './findings.ts';

/** Outcomes of the findings to repair. */
export interface RepairResult {
  taken: Taken;
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
  /** Repairs the remaining findings and returns the outcome of all. */
  end(): Promise<RepairResult>;
}

const removalsAtOnce = 10;

/** Repairs findings in groups. */
export function createRepair(options: RepairOptions): Repair {
  const { bucket, destination, pipeline, deletesOrphans } = options;
  const result: RepairResult = { taken: noneTaken, removed: 0, left: 0 };
  const uploads: Upload[] = [];
  const gone: ObjectRef[] = [];

  async function convert() {
    if (uploads.length === 0) return;
    result.taken = takenWith(result.taken, await destination.take(uploads.splice(0)));
  }

  /** As for a removal event: checks the source before and after. */
  async function remove() {
    const removals = gone.splice(0).map((ref): Upload => ({ ...ref, isRemoval: true }));
    const { results } = await processBatch(removals, { ...pipeline, onSourceDeleted: 'delete' });
    for (const each of results) {
      if ('error' in each) result.taken = takenWith(result.taken, { ...noneTaken, unsettled: 1 });
      else result.removed++;
    }
  }

  return {
    async add({ kind, key, upload }) {
      if (kind === 'dangling' || (kind === 'orphan' && deletesOrphans)) {
        gone.push({ bucket, key });
        if (gone.length >= removalsAtOnce) await remove();
      } else if (upload) {
        uploads.push(upload);
        if (uploads.length >= destination.groupSize) await convert();
      } else {
        result.left++;
      }
    },
    async end() {
      await convert();
      await remove();
      return result;
    },
  };
}
