import type { Recipe } from '../convert/index.ts';
import { convertAndStore, failedResult } from './convert-and-store.ts';
import { isOutput } from './describe-output.ts';
import { PermanentError, ReservationExceededError, SourceUnsettledError } from './errors.ts';
import {
  isSameContent,
  type Outcome,
  type SkipReason,
  type SourceContent,
  skipReasons,
} from './outcome.ts';
import type { PipelineParts, ReadObject } from './ports.ts';
import { removeOutput } from './remove-output.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';
import type { ObjectRef, Upload } from './upload.ts';

/** After this many conversions of a key that keeps changing, its upload is redelivered. */
const maxRounds = 5;

/**
 * Makes the output of one key match its newest source, for all `uploads` announced under that key.
 * Returns the outcome for that newest content.
 *
 * Events arrive late, twice and out of order, so the content that an event describes does not
 * matter. This reads and converts the newest content, writes the output, then checks the source
 * again. If the source has changed, it starts over. The last writer has always checked after its
 * write, so outputs converge without locks on any store. If outputs follow their sources, a removed
 * source must have no output, and a removal counts as a write.
 *
 * Throws retryable errors, and `ReservationExceededError` for a source that is larger than its reservation.
 */
export async function convertNewest(
  uploads: [Upload, ...Upload[]],
  parts: PipelineParts,
  reservedBytes: number,
): Promise<Outcome> {
  const ref = uploads[0];
  const startedAt = parts.now();
  const watch = createStopwatch(parts.now);

  for (let round = 1; round <= maxRounds; round++) {
    const source = await readNewest(ref, parts, { watch, reservedBytes });
    const upload = findUpload(source, uploads);
    if (!source) {
      if (parts.onSourceDeleted !== 'delete')
        return skippedOutcome(upload, 'SOURCE_GONE', parts.recipe);
      if (!(await removeOutput(ref, parts))) continue;
      return skippedOutcome(upload, 'SOURCE_REMOVED', parts.recipe);
    }
    if (isOutput(source)) {
      return skippedOutcome({ ...upload, ...contentOf(source) }, 'OWN_OUTPUT', parts.recipe);
    }

    const result = source.failure
      ? failedResult(source.failure)
      : await convertAndStore(ref, source, parts, watch);
    const newest = await watch.time('verify', () => parts.store.head(ref));
    // Removed in the meantime: the removal may have been handled before this output was written.
    if (newest ? !isSameContent(newest, source) : parts.onSourceDeleted === 'delete') continue;

    if (upload.eventTime) watch.add('queue', Math.max(0, startedAt - upload.eventTime.getTime()));
    return {
      upload,
      source: contentOf(source),
      recipe: parts.recipe,
      stages: watch.times,
      ...result,
    };
  }
  throw new SourceUnsettledError(ref.key, maxRounds);
}

/** An outcome for an upload that needs no separate output. */
export function skippedOutcome(upload: Upload, code: SkipReason, recipe: Recipe): Outcome {
  const message = skipReasons[code];
  return {
    status: 'skipped',
    code,
    message,
    upload,
    source: contentOf(upload),
    recipe,
    stages: {},
  };
}

/** A source that was read, or the permanent reason why it cannot be. */
type Source = ReadObject & { failure?: PermanentError };

async function readNewest(
  ref: ObjectRef,
  { store, limits, outputCarry = [] }: PipelineParts,
  { watch, reservedBytes: maxBytes }: { watch: Stopwatch; reservedBytes: number },
): Promise<Source | undefined> {
  const withTags = outputCarry.includes('tags');
  try {
    const source = await watch.time('fetch', () => store.read(ref, { maxBytes, withTags }));
    const isReserved = !source || source.bytes || source.sizeBytes > limits.maxBytes;
    if (!isReserved) throw new ReservationExceededError(source.sizeBytes);
    return source;
  } catch (failure) {
    if (!(failure instanceof PermanentError)) throw failure;
    const version = await store.head(ref);
    return version && { ...version, failure };
  }
}

/** The upload that announced this content; otherwise the last one to arrive. */
function findUpload(source: SourceContent | undefined, uploads: [Upload, ...Upload[]]): Upload {
  const created = uploads.filter(({ isRemoval }) => !isRemoval);
  const announced = source && created.find((upload) => isSameContent(upload, source));
  return announced ?? created.at(-1) ?? uploads[0];
}

function contentOf({ versionId, etag, sizeBytes }: SourceContent): SourceContent {
  return {
    ...(versionId !== undefined && { versionId }),
    ...(etag !== undefined && { etag }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}
