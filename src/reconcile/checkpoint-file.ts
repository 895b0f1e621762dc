import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../storage/replace-file.ts';
import { choices, type ObjectCounts, objectKinds } from './classify-page.ts';

/** The scope of a backfill. A checkpoint of another plan is not valid for this one. */
export interface BackfillPlan {
  bucket: string;
  prefix: string;
  only: string;
  /** As entered; empty if all objects are included. */
  since: string;
  /** Hash of the recipe that the ledger is compared with. */
  recipe: string;
  /** The queue's URL, or `this process`. */
  to: string;
}

const count = z.number().nonnegative();
const checkpointSchema = z.strictObject({
  version: z.literal(1),
  plan: z.strictObject({
    bucket: z.string(),
    prefix: z.string(),
    only: z.enum(Object.keys(choices) as [string, ...string[]]),
    since: z.string(),
    recipe: z.string(),
    to: z.string(),
  }),
  /** The time that `since` resolved to when the backfill began. */
  sinceMs: z.number().optional(),
  /** All keys up to this one are done. */
  after: z.string().optional(),
  counts: z.record(z.enum(objectKinds), z.strictObject({ objects: count, bytes: count })),
  /** Outcomes of the submitted uploads. */
  taken: z.strictObject({
    queued: count,
    converted: count,
    skipped: count,
    failed: count,
    unsettled: count,
  }),
});

/** The progress of a backfill. */
export type Checkpoint = z.output<typeof checkpointSchema> & { counts: ObjectCounts };

/** A checkpoint from which this backfill cannot resume. */
export class CheckpointError extends Error {
  readonly code = 'CHECKPOINT_UNUSABLE';
  readonly lines: string[];

  constructor(lines: string[], options?: ErrorOptions) {
    super(lines.join('\n'), options);
    this.lines = lines;
    this.name = 'CheckpointError';
  }
}

export interface CheckpointFile {
  path: string;
  /** Throws {@link CheckpointError} if the file belongs to another plan or is not a checkpoint. */
  read(plan: BackfillPlan): Promise<Checkpoint | undefined>;
  /** Replaces the file atomically. */
  write(checkpoint: Checkpoint): Promise<void>;
  remove(): Promise<void>;
}

export function openCheckpoint(path: string): CheckpointFile {
  return {
    path,
    async read(plan) {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (text === undefined) return undefined;
      const checkpoint = parseCheckpoint(text, path);
      rejectOtherPlan(plan, checkpoint.plan, path);
      return checkpoint;
    },
    write: (checkpoint) => replaceFile(path, `${JSON.stringify(checkpoint, null, 2)}\n`),
    remove: () => rm(path, { force: true }),
  };
}

function parseCheckpoint(text: string, path: string): Checkpoint {
  try {
    return checkpointSchema.parse(JSON.parse(text)) as Checkpoint;
  } catch (error) {
    throw new CheckpointError(
      [
        `Expected "${path}" to be the checkpoint of a backfill but it is not valid. Delete it to start over, or name another file with --checkpoint.`,
      ],
      { cause: error },
    );
  }
}

function rejectOtherPlan(plan: BackfillPlan, found: BackfillPlan, path: string): void {
  const names = Object.keys(plan) as (keyof BackfillPlan)[];
  const differences = names
    .filter((name) => plan[name] !== found[name])
    .map((name) => `  ${name}: expected "${plan[name]}" but the file has "${found[name]}"`);
  if (differences.length === 0) return;
  throw new CheckpointError([
    `The checkpoint "${path}" belongs to another backfill:`,
    ...differences,
    'Finish that backfill first, delete the file to abandon it, or name another file with --checkpoint.',
  ]);
}
