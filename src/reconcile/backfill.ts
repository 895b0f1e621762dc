import type { ParseOptions } from '../events/index.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { Upload } from '../pipeline/index.ts';
import type { ObjectFiles } from '../storage/object-files.ts';
import type { BackfillPlan, Checkpoint, CheckpointFile } from './checkpoint-file.ts';
import {
  addCounts,
  type Choice,
  type ClassifiedObject,
  classifyPage,
  zeroCounts,
} from './classify-page.ts';
import { addOutcomes, type Destination, type OutcomeCounts, zeroOutcomes } from './destinations.ts';
import { createRateLimiter, groupSizeOf } from './rate-limit.ts';

export interface BackfillOptions {
  files: Pick<ObjectFiles, 'list'>;
  reader: Pick<LedgerReader, 'contentStates'>;
  parseOptions: ParseOptions;
  plan: BackfillPlan & { only: Choice };
  sinceMs?: number | undefined;
  /** Receives the chosen uploads; if absent, they are only counted. */
  destination?: Destination | undefined;
  /** Holds the progress, so that a later run can resume. */
  checkpoint?: CheckpointFile | undefined;
  /** Max chosen uploads per second. */
  ratePerSecond?: number | undefined;
  /** When aborted, starts no further group, but finishes the current one. */
  signal: AbortSignal;
  onProgress?: (progress: BackfillResult) => void;
}

export interface BackfillResult extends Pick<Checkpoint, 'counts'> {
  /** Outcomes of the submitted objects. */
  outcomes: OutcomeCounts;
  /** Whether the whole list was processed. */
  isFinished: boolean;
}

/**
 * Lists a location page by page and submits the objects that the ledger lacks. Each group is
 * submitted before the checkpoint moves past it, so a crash omits none and repeats at most one group.
 */
export async function backfill(options: BackfillOptions): Promise<BackfillResult> {
  const { files, plan, destination, checkpoint, signal, onProgress } = options;
  const waitForTurn = createRateLimiter(options.ratePerSecond);
  let state: Checkpoint = (await checkpoint?.read(plan)) ?? {
    version: 1,
    plan,
    ...(options.sinceMs !== undefined && { sinceMs: options.sinceMs }),
    counts: zeroCounts(),
    taken: zeroOutcomes,
  };
  const groupSize = groupSizeOf(destination, options.ratePerSecond);
  for await (const page of files.list(plan.bucket, plan.prefix, { after: state.after })) {
    if (signal.aborted) return toResult(state, false);
    const objects = await classifyPage(page, {
      ...options,
      bucket: plan.bucket,
      recipeHash: plan.recipe,
      choice: plan.only,
      sinceMs: state.sinceMs,
    });
    for (const group of splitIntoGroups(objects, groupSize)) {
      const uploads = group.flatMap(({ upload }) => upload ?? []);
      if (!(await waitForTurn(uploads.length, signal))) return toResult(state, false);
      const outcomes = await submitUploads(uploads, destination);
      state = advanceCheckpoint(state, group, outcomes);
      await checkpoint?.write(state);
      onProgress?.(toResult(state, false));
    }
  }
  await checkpoint?.remove();
  return toResult(state, true);
}

function toResult({ counts, taken }: Checkpoint, isFinished: boolean): BackfillResult {
  return { counts, outcomes: taken, isFinished };
}

async function submitUploads(
  uploads: Upload[],
  destination: Destination | undefined,
): Promise<OutcomeCounts> {
  if (!destination || uploads.length === 0) return zeroOutcomes;
  return await destination.submit(uploads);
}

function advanceCheckpoint(
  state: Checkpoint,
  group: ClassifiedObject[],
  outcomes: OutcomeCounts,
): Checkpoint {
  const last = group.at(-1)?.object.key;
  return {
    ...state,
    ...(last !== undefined && { after: last }),
    counts: addCounts(state.counts, group),
    taken: addOutcomes(state.taken, outcomes),
  };
}

/** Splits objects into consecutive groups with at most `maxUploads` uploads each. */
function* splitIntoGroups(
  objects: ClassifiedObject[],
  maxUploads: number,
): Generator<ClassifiedObject[]> {
  let group: ClassifiedObject[] = [];
  let uploads = 0;
  for (const object of objects) {
    if (object.upload && uploads === maxUploads) {
      yield group;
      group = [];
      uploads = 0;
    }
    group.push(object);
    if (object.upload) uploads++;
  }
  if (group.length > 0) yield group;
}
