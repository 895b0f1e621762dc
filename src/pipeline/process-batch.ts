import type { Budget } from './budget.ts';
import { type ConversionParts, convertNewest, isSameContent, skipped } from './convert-newest.ts';
import { EntryRejectedError } from './errors.ts';
import type { Outcome } from './outcome.ts';
import type { Ledger, LedgerEntry } from './ports.ts';
import { createStopwatch } from './stopwatch.ts';
import type { Upload } from './upload.ts';

export interface PipelineParts extends ConversionParts {
  ledger: Ledger;
  /** One place for each image under way. */
  places: Budget;
}

/** What became of one upload: the outcome of its key's newest content, or a cause to try again. */
export type UploadResult = { outcome: Outcome } | { error: unknown };

export interface BatchReport {
  /** One for each upload, in their order. */
  results: UploadResult[];
  /** Every outcome that is in the ledger now, those of superseded uploads among them. */
  outcomes: Outcome[];
}

/** The outcomes of one key's uploads, the newest content's first; or why there are none. */
type KeyResult = { uploads: Upload[] } & (
  | { outcomes: [Outcome, ...Outcome[]] }
  | { error: unknown }
);

/**
 * Converts uploads side by side, as far as places and memory allow, and records their outcomes
 * with one statement. Never throws for an upload: what another try may mend stands in its result.
 */
export async function processBatch(
  uploads: Upload[],
  parts: PipelineParts,
  { coldStart = false } = {},
): Promise<BatchReport> {
  const byKey = Map.groupBy(uploads, ({ bucket, key }) => JSON.stringify([bucket, key]));
  const converted = await Promise.all(
    [...byKey.values()].map((sameKey) => parts.places.use(1, () => convertKey(sameKey, parts))),
  );
  const recorded = await recordAll(converted, parts, coldStart);

  const resultOf = new Map<Upload, UploadResult>(
    recorded.flatMap((key) =>
      key.uploads.map((upload) => [
        upload,
        'error' in key ? { error: key.error } : { outcome: key.outcomes[0] },
      ]),
    ),
  );
  return {
    results: uploads.map((upload) => resultOf.get(upload) as UploadResult),
    outcomes: recorded.flatMap((key) => ('error' in key ? [] : key.outcomes)),
  };
}

async function convertKey(uploads: Upload[], parts: PipelineParts): Promise<KeyResult> {
  try {
    const newest = await convertNewest(uploads as [Upload, ...Upload[]], parts);
    return { uploads, outcomes: [newest, ...superseded(uploads, newest, parts)] };
  } catch (error) {
    return { uploads, error };
  }
}

/** Uploads of other content than the newest: each has a row of its own that says so. */
function superseded(uploads: Upload[], newest: Outcome, { recipe }: PipelineParts): Outcome[] {
  const older: Upload[] = [];
  for (const upload of uploads) {
    const isNew = [newest.source, ...older].every((other) => !isSameContent(upload, other));
    if (isNew) older.push(upload);
  }
  return older.map((upload) => skipped(upload, 'SUPERSEDED', recipe));
}

/** Records all outcomes at once and times it; when some are rejected, key by key. */
async function recordAll(
  keys: KeyResult[],
  parts: PipelineParts,
  coldStart: boolean,
): Promise<KeyResult[]> {
  const outcomes = keys.flatMap((key) => ('error' in key ? [] : key.outcomes));
  if (outcomes.length === 0) return keys;
  try {
    const watch = createStopwatch(parts.now);
    await watch.time('record', () => parts.ledger.record(entriesOf(outcomes, coldStart)));
    for (const outcome of outcomes) Object.assign(outcome.stages, watch.times);
    return keys;
  } catch (error) {
    if (keys.length > 1 && error instanceof EntryRejectedError) {
      const single = await Promise.all(keys.map((key) => recordAll([key], parts, coldStart)));
      return single.flat();
    }
    return keys.map((key) => ('error' in key ? key : { uploads: key.uploads, error }));
  }
}

function entriesOf(outcomes: Outcome[], coldStart: boolean): LedgerEntry[] {
  return outcomes.map((outcome) => ({ outcome, coldStart }));
}
