import {
  ConversionError,
  describeRecipe,
  type GrayImage,
  inspectImage,
  type Limits,
  type Recipe,
  recipeHash,
  toGrayscale,
} from '../convert/index.ts';
import type { Budget } from './budget.ts';
import { PermanentError, SourceUnsettledError } from './errors.ts';
import { type FailureCode, type Outcome, type SourceContent, skipReasons } from './outcome.ts';
import type { Clock, ObjectStore, ReadObject } from './ports.ts';
import { createStopwatch, type Stopwatch } from './stopwatch.ts';
import type { ObjectRef, Upload } from './upload.ts';

export interface ConversionParts {
  store: ObjectStore;
  now: Clock;
  recipe: Recipe;
  limits: Limits;
  /** Bytes that decoded images may take together. */
  memory: Budget;
  /** Absent: the source's own bucket. */
  outputBucket?: string | undefined;
  /** Put before a source's key to name its output, such as `grayscale/`. */
  outputPrefix: string;
  processorVersion: string;
}

/** A key overwritten this often while one image is converted goes back to the queue. */
const maxRounds = 5;

/**
 * Brings the output of one key to match the newest source, for all `uploads` that were announced
 * under it, and says what became of that newest content.
 *
 * Write, then verify: events arrive late, twice and out of order, so which content an event was
 * about does not matter. The newest is read and converted, and when after the write the source is
 * no longer what was read, all starts over. The last writer has always verified after its write,
 * so outputs converge with no locks, on any store.
 *
 * Throws what another try may mend.
 */
export async function convertNewest(
  uploads: [Upload, ...Upload[]],
  parts: ConversionParts,
): Promise<Outcome> {
  const ref = uploads[0];
  const startedAt = parts.now();
  const watch = createStopwatch(parts.now);
  const limits = { maxBytes: parts.limits.maxBytes };

  for (let round = 1; round <= maxRounds; round++) {
    const source = await watch.time('fetch', () => parts.store.read(ref, limits));
    const upload = uploadOf(source, uploads);
    if (!source) return skipped(upload, 'SOURCE_GONE', parts.recipe);

    const result = await convertAndStore(ref, source, parts, watch);
    const newest = await watch.time('verify', () => parts.store.head(ref));
    if (newest && !isSameContent(newest, source)) continue;

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

/** An outcome for an upload that needs no output of its own. */
export function skipped(upload: Upload, code: keyof typeof skipReasons, recipe: Recipe): Outcome {
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

/** Whether two descriptions are of the same content, as far as both of them know. */
export function isSameContent(a: SourceContent, b: SourceContent): boolean {
  if (a.versionId && b.versionId) return a.versionId === b.versionId;
  if (a.etag && b.etag) return a.etag === b.etag;
  return true;
}

type Result =
  | {
      status: 'converted';
      output: ObjectRef;
      outputSizeBytes: number;
      image: Omit<GrayImage, 'bytes' | 'stages'>;
    }
  | { status: 'failed'; code: FailureCode; message: string };

async function convertAndStore(
  ref: ObjectRef,
  source: ReadObject,
  parts: ConversionParts,
  watch: Stopwatch,
): Promise<Result> {
  if (!source.bytes) return tooLarge(source.sizeBytes, parts.limits.maxBytes);
  try {
    const { bytes, stages: _, ...image } = await convertWithinMemory(source.bytes, parts, watch);
    const output = { bucket: parts.outputBucket ?? ref.bucket, key: parts.outputPrefix + ref.key };
    const metadata = provenance(source, parts);
    await watch.time('store', () =>
      parts.store.put(output, { bytes, contentType: image.contentType, metadata }),
    );
    return { status: 'converted', output, outputSizeBytes: bytes.byteLength, image };
  } catch (error) {
    if (error instanceof ConversionError || error instanceof PermanentError) {
      return { status: 'failed', code: error.code, message: error.message };
    }
    throw error;
  }
}

async function convertWithinMemory(
  bytes: Uint8Array,
  { recipe, limits, memory, now }: ConversionParts,
  watch: Stopwatch,
): Promise<GrayImage> {
  const { memoryBytes } = await watch.time('decode', () => inspectImage(bytes, limits, recipe));
  if (memoryBytes > memory.capacity) throw needsTooMuchMemory(memoryBytes, memory.capacity);
  const askedAt = now();
  return memory.use(memoryBytes, async () => {
    watch.add('queue', now() - askedAt);
    const image = await toGrayscale(bytes, recipe, limits);
    watch.add('decode', image.stages.decodeMs);
    watch.add('gray', image.stages.grayMs);
    watch.add('encode', image.stages.encodeMs);
    return image;
  });
}

/** Which of the uploads announced this content; where none did, the last to arrive stands for it. */
function uploadOf(source: SourceContent | undefined, uploads: [Upload, ...Upload[]]): Upload {
  const announced = source && uploads.find((upload) => isSameContent(upload, source));
  return announced ?? uploads.at(-1) ?? uploads[0];
}

function contentOf({ versionId, etag, sizeBytes }: SourceContent): SourceContent {
  return {
    ...(versionId !== undefined && { versionId }),
    ...(etag !== undefined && { etag }),
    ...(sizeBytes !== undefined && { sizeBytes }),
  };
}

/** What an output says of where it comes from. */
function provenance(
  source: ReadObject,
  { recipe, processorVersion }: ConversionParts,
): Record<string, string> {
  return {
    'source-etag': source.etag,
    ...(source.versionId && { 'source-version': source.versionId }),
    recipe: describeRecipe(recipe),
    'recipe-hash': recipeHash(recipe),
    'processor-version': processorVersion,
  };
}

function tooLarge(sizeBytes: number, maxBytes: number): Result {
  return {
    status: 'failed',
    code: 'FILE_TOO_LARGE',
    message: `Expected at most ${maxBytes} bytes but the object has ${sizeBytes}. Raise MAX_BYTES to take it.`,
  };
}

function needsTooMuchMemory(memoryBytes: number, capacity: number): ConversionError {
  const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  return new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected an image that converts within ${megabytes(capacity)} MB of memory but this one needs about ${megabytes(memoryBytes)} MB. Raise MEMORY_BUDGET_MB, and the memory with it.`,
  );
}
