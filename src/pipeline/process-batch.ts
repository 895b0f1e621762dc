import { convertNewest } from './convert-newest.ts';
import { DeadlineError, EntryRejectedError, ReservationExceededError } from './errors.ts';
import {
  deleteRowsOfRemoved,
  isRemoved,
  type KeyResult,
  processUntilSettled,
} from './follow-removals.ts';
import type { Outcome } from './outcome.ts';
import type { PipelineParts } from './ports.ts';
import { createStopwatch } from './stopwatch.ts';
import { supersededOutcomes, type UnrecordedContents } from './superseded.ts';
import type { Upload } from './upload.ts';

/** The result of one upload: the outcome of its key's newest content, or a retryable error. */
export type UploadResult = { outcome: Outcome } | { error: unknown };

interface BatchReport {
  /** One for each upload, in the same order. */
  results: UploadResult[];
  /** All outcomes now in the ledger, including those of superseded uploads. */
  outcomes: Outcome[];
  /** Keys with more superseded uploads than the limit allows to record. */
  unrecorded: UnrecordedContents[];
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
  const uploadsByKey = Map.groupBy(uploads, ({ bucket, key }) => JSON.stringify([bucket, key]));
  const processKeys = async (keys: Upload[][]): Promise<KeyResult[]> => {
    const remainingMs = timeoutMs && Math.max(0, expiresAt - performance.now());
    const converted = await Promise.all(
      keys.map((uploads) =>
        withTimeout(remainingMs, convertKey(uploads, parts, expiresAt), () => ({
          uploads,
          error: new DeadlineError(uploads[0]?.key ?? ''),
        })),
      ),
    );
    return await recordAll(await deleteRowsOfRemoved(converted, parts), parts, coldStart);
  };
  const keyResults = await processUntilSettled([...uploadsByKey.values()], processKeys, parts);

  const resultByUpload = new Map<Upload, UploadResult>(
    keyResults.flatMap((result) =>
      result.uploads.map((upload) => [
        upload,
        'error' in result ? { error: result.error } : { outcome: result.outcomes[0] },
      ]),
    ),
  );
  return {
    results: uploads.map((upload) => resultByUpload.get(upload) as UploadResult),
    outcomes: keyResults.flatMap((result) => ('error' in result ? [] : result.outcomes)),
    unrecorded: keyResults.flatMap((result) =>
      'error' in result ? [] : (result.unrecorded ?? []),
    ),
  };
}

async function convertKey(
  uploads: Upload[],
  parts: PipelineParts,
  expiresAt: number,
): Promise<KeyResult> {
  // Without a size in the event, reserve the maximum.
  const announcedBytes = Math.max(
    ...uploads.map(({ sizeBytes }) => sizeBytes ?? parts.limits.maxBytes),
  );
  try {
    return await parts.slots.use(1, () =>
      convertReserved(uploads, parts, expiresAt, announcedBytes),
    );
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
      const { outcomes, unrecorded } = supersededOutcomes(uploads, newest, parts);
      return { uploads, outcomes: [newest, ...outcomes], unrecorded };
    });
  } catch (error) {
    if (!(error instanceof ReservationExceededError)) throw error;
    return await convertReserved(uploads, parts, expiresAt, error.sizeBytes);
  }
}

/** Returns the result, or a replacement for it if it takes too long. */
async function withTimeout<Result>(
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
 * Records all outcomes with one statement and times it. If the ledger rejects some, records them
 * key by key.
 */
async function recordAll(
  results: KeyResult[],
  parts: PipelineParts,
  coldStart: boolean,
): Promise<KeyResult[]> {
  const outcomes = results
    .flatMap((result) => ('error' in result ? [] : result.outcomes))
    .filter((outcome) => !isRemoved(outcome));
  if (outcomes.length === 0) return results;
  try {
    const watch = createStopwatch(parts.now);
    const entries = outcomes.map((outcome) => ({ outcome, coldStart }));
    await watch.time('record', () => parts.ledger.record(entries));
    for (const outcome of outcomes) Object.assign(outcome.stages, watch.times);
    return results;
  } catch (error) {
    if (results.length > 1 && error instanceof EntryRejectedError) {
      const single = await Promise.all(
        results.map((result) => recordAll([result], parts, coldStart)),
      );
      return single.flat();
    }
    return results.map((result) =>
      'error' in result ? result : { uploads: result.uploads, error },
    );
  }
}
