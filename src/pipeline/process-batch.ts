import { convertNewest } from './convert-newest.ts';
import { DeadlineError, EntryRejectedError, NotReservedError } from './errors.ts';
import { forgetRemoved, isRemoved, type KeyResult, settleAll } from './follow-removals.ts';
import type { Outcome } from './outcome.ts';
import type { LedgerEntry, PipelineParts } from './ports.ts';
import { createStopwatch } from './stopwatch.ts';
import { superseded, type Unrecorded } from './superseded.ts';
import type { Upload } from './upload.ts';

/** What became of one upload: the outcome of its key's newest content, or a cause to try again. */
export type UploadResult = { outcome: Outcome } | { error: unknown };

interface BatchReport {
  /** One for each upload, in their order. */
  results: UploadResult[];
  /** Every outcome that the ledger shows now, those of superseded uploads among them. */
  outcomes: Outcome[];
  /** Keys with more superseded uploads than are recorded. */
  unrecorded: Unrecorded[];
}

interface BatchOptions {
  /** Whether the process had just been started. */
  coldStart?: boolean;
  /** How long conversions may take; those that take longer come back and hold up nobody. */
  timeoutMs?: number;
}

/**
 * Converts uploads side by side, as far as places and memory allow, and records their outcomes
 * with one statement. Never throws for an upload: what another try may mend stands in its result.
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
    return await recordAll(await forgetRemoved(converted, parts), parts, coldStart);
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
  // Of what an event does not say, the most is assumed.
  const announced = Math.max(...uploads.map(({ sizeBytes }) => sizeBytes ?? parts.limits.maxBytes));
  try {
    return await parts.places.use(1, () => convertReserved(uploads, parts, expiresAt, announced));
  } catch (error) {
    return { uploads, error };
  }
}

/** Holds as many bytes as the source may have. An event may name fewer than there are: then all starts over. */
async function convertReserved(
  uploads: Upload[],
  parts: PipelineParts,
  expiresAt: number,
  sizeBytes: number,
): Promise<KeyResult> {
  const reservedBytes = Math.min(sizeBytes, parts.limits.maxBytes);
  try {
    return await parts.transfers.use(reservedBytes, async () => {
      // Its turn came after the batch was answered: it is on its way back already.
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

/** The result, or what stands for it when it takes too long. */
async function withinTime<Result>(
  timeoutMs: number | undefined,
  work: Promise<Result>,
  otherwise: () => Result,
): Promise<Result> {
  if (timeoutMs === undefined) return await work;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Result>((resolve) => {
    timer = setTimeout(() => resolve(otherwise()), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/** Records all outcomes at once and times it; when some are rejected, key by key. */
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
