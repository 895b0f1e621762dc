import { convertNewest } from './convert-newest.ts';
import { DeadlineError, EntryRejectedError, NotReservedError } from './errors.ts';
import { deleteRowsOfRemoved, isRemoved, type KeyResult, settleAll } from './follow-removals.ts';
import type { Outcome } from './outcome.ts';
import type { LedgerEntry, PipelineParts } from './ports.ts';
import { createStopwatch } from './stopwatch.ts';
import { superseded, type Unrecorded } from './superseded.ts';
import type { Upload } from './upload.ts';

/** The result of one upload: the outcome of its key's newest content, or a retryable error. */
export type UploadResult = { outcome: Outcome } | { error: unknown };

interface BatchReport {
  /** One for each upload, in the same order. */
  results: UploadResult[];
  /** All outcomes now in the ledger, including those of superseded uploads. */
  outcomes: Outcome[];
  /** Keys with more superseded uploads than the limit allows to record. */
  unrecorded: Unrecorded[];
}

interface BatchOptions {
  /** Whether the process had just started. */
  coldStart?: boolean;
  /** Time limit for conversions, so that slow ones are redelivered and do not block the others. */
  timeoutMs?: number;
}

/**
 * Converts uploads concurrently, limited by slots and memory, and records their outcomes with
 * one statement. Never throws for a single upload: its result holds the retryable error.
 */
export async function processBatch(
  uploads: Upload[],
  parts: PipelineParts,
  { coldStart = false, timeoutMs }: BatchOptions = {},
): Promise<BatchReport> {
  const expiresAt = performance.now() + (timeoutMs ?? Number.POSITIVE_INFINITY);
  const byKey = Map.groupBy(uploads, ({ bucket, key }) => JSON.stringify([bucket, key]));
  const settle = async (keys: Upload[][]): Promise<KeyResult[]> => {
    const leftMs = timeoutMs && Math.max(0, expiresAt - performance.now());
    const converted = await Promise.all(
      keys.map((sameKey) =>
        withinTime(leftMs, convertKey(sameKey, parts, expiresAt), () => ({
          uploads: sameKey,
          error: new DeadlineError(sameKey[0]?.key ?? ''),
        })),
      ),
    );
    return await recordAll(await deleteRowsOfRemoved(converted, parts), parts, coldStart);
  };
  const recorded = await settleAll([...byKey.values()], settle, parts);

  const resultByUpload = new Map<Upload, UploadResult>(
    recorded.flatMap((key) =>
      key.uploads.map((upload) => [
        upload,
        'error' in key ? { error: key.error } : { outcome: key.outcomes[0] },
      ]),
    ),
  );
  return {
    results: uploads.map((upload) => resultByUpload.get(upload) as UploadResult),
    outcomes: recorded.flatMap((key) => ('error' in key ? [] : key.outcomes)),
    unrecorded: recorded.flatMap((key) => ('error' in key ? [] : (key.unrecorded ?? []))),
  };
}

async function convertKey(
  uploads: Upload[],
  parts: PipelineParts,
  expiresAt: number,
): Promise<KeyResult> {
  // Without a size in the event, reserve the maximum.
  const announced = Math.max(...uploads.map(({ sizeBytes }) => sizeBytes ?? parts.limits.maxBytes));
  try {
    return await parts.slots.use(1, () => convertReserved(uploads, parts, expiresAt, announced));
  } catch (error) {
    return { uploads, error };
  }
}

/** Reserves memory for the source's size. If the event understates the size, this starts over. */
async function convertReserved(
  uploads: Upload[],
  parts: PipelineParts,
  expiresAt: number,
  sizeBytes: number,
): Promise<KeyResult> {
  const reservedBytes = Math.min(sizeBytes, parts.limits.maxBytes);
  try {
    return await parts.transfers.use(reservedBytes, async () => {
      // The batch was answered before this upload's turn, so its message is already being
      // redelivered.
      if (performance.now() >= expiresAt) throw new DeadlineError(uploads[0]?.key ?? '');
      const newest = await convertNewest(uploads as [Upload, ...Upload[]], parts, reservedBytes);
      if (isRemoved(newest)) return { uploads, outcomes: [newest] };
      const { outcomes, unrecorded } = superseded(uploads, newest, parts);
      return { uploads, outcomes: [newest, ...outcomes], unrecorded };
    });
  } catch (error) {
    if (!(error instanceof NotReservedError)) throw error;
    return await convertReserved(uploads, parts, expiresAt, error.sizeBytes);
  }
}

/** Returns the result, or a replacement for it if it takes too long. */
async function withinTime<Result>(
  timeoutMs: number | undefined,
  work: Promise<Result>,
  createFallback: () => Result,
): Promise<Result> {
  if (timeoutMs === undefined) return await work;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve(createFallback()), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Records all outcomes with one statement and times it. If some are rejected, records them key by
 * key.
 */
async function recordAll(
  keys: KeyResult[],
  parts: PipelineParts,
  coldStart: boolean,
): Promise<KeyResult[]> {
  const outcomes = keys
    .flatMap((key) => ('error' in key ? [] : key.outcomes))
    .filter((outcome) => !isRemoved(outcome));
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
