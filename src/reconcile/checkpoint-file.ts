import { readFile, rm } from 'node:fs/promises';
import { z } from 'zod';
import { replaceFile } from '../storage/replace-file.ts';
import { type Counts, choices, kinds } from './classify-page.ts';

/** What a backfill goes through and why: a checkpoint of another plan says nothing of this one. */
export interface Plan {
  bucket: string;
  prefix: string;
  only: string;
  /** As it was written; empty where all objects are taken. */
  since: string;
  /** Hash of the recipe that the ledger is compared with. */
  recipe: string;
  /** The queue's URL, or `this process`. */
  to: string;
}

const amount = z.number().nonnegative();
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
  /** What `since` meant when the backfill began. */
  sinceMs: z.number().optional(),
  /** All keys up to this one are done with. */
  after: z.string().optional(),
  counts: z.record(z.enum(kinds), z.strictObject({ objects: amount, bytes: amount })),
  taken: z.strictObject({
    queued: amount,
    converted: amount,
    skipped: amount,
    failed: amount,
    unsettled: amount,
  }),
});

/** How far a backfill came. */
export type Checkpoint = z.output<typeof checkpointSchema> & { counts: Counts };

/** A checkpoint that this backfill cannot go on from. */
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
  /** Throws {@link CheckpointError} where what is there is of another plan, or no checkpoint. */
  read(plan: Plan): Promise<Checkpoint | undefined>;
  /** Replaces what is there, whole or not at all. */
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
      const checkpoint = parse(text, path);
      refuseOther(plan, checkpoint.plan, path);
      return checkpoint;
    },
    write: (checkpoint) => replaceFile(path, `${JSON.stringify(checkpoint, null, 2)}\n`),
    remove: () => rm(path, { force: true }),
  };
}

function parse(text: string, path: string): Checkpoint {
  try {
    return checkpointSchema.parse(JSON.parse(text)) as Checkpoint;
  } catch (error) {
    throw new CheckpointError(
      [
        `Expected "${path}" to be the checkpoint of a backfill but it cannot be read as one. Remove it to begin anew, or name another with --checkpoint.`,
      ],
      { cause: error },
    );
  }
}

function refuseOther(plan: Plan, found: Plan, path: string): void {
  const names = Object.keys(plan) as (keyof Plan)[];
  const differences = names
    .filter((name) => plan[name] !== found[name])
    .map((name) => `  ${name}: expected "${plan[name]}" but it has "${found[name]}"`);
  if (differences.length === 0) return;
  throw new CheckpointError([
    `The checkpoint "${path}" is of another backfill:`,
    ...differences,
    'Run that one to its end first, remove the file to give it up, or name another with --checkpoint.',
  ]);
}
