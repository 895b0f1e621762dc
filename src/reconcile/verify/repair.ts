import {
  type ObjectRef,
  type PipelineParts,
  processBatch,
  type Upload,
} from '../../pipeline/index.ts';
import { type Destination, noneTaken, type Taken, takenWith } from '../destinations.ts';
import type { KeyFinding } from './findings.ts';

/** What became of the findings that were to be put right. */
export interface RepairResult {
  taken: Taken;
  /** Orphans and rows of what is gone that were removed. */
  removed: number;
  /** Left as they are: orphans that nobody asked to delete, and what could not be checked. */
  left: number;
}

interface RepairOptions {
  bucket: string;
  /** Where what is to be converted goes: the queue, or the pipeline of this process. */
  destination: Destination;
  /** What removes. The queue cannot: whoever reads it may be told to keep outputs. */
  pipeline: PipelineParts;
  deletesOrphans: boolean;
}

export interface Repair {
  add(finding: KeyFinding): Promise<void>;
  /** Puts right what waits, and says what became of all. */
  end(): Promise<RepairResult>;
}

const removalsAtOnce = 10;

/** Puts findings right, a group at a time. */
export function createRepair(options: RepairOptions): Repair {
  const { bucket, destination, pipeline, deletesOrphans } = options;
  const result: RepairResult = { taken: noneTaken, removed: 0, left: 0 };
  const uploads: Upload[] = [];
  const gone: ObjectRef[] = [];

  async function convert() {
    if (uploads.length === 0) return;
    result.taken = takenWith(result.taken, await destination.take(uploads.splice(0)));
  }

  /** As when the event of the removal comes: the source is looked for before and after. */
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
