import { createHash } from 'node:crypto';
import { ConversionError, describeRecipe, recipeHash } from '../convert/index.ts';
import { PermanentError } from './errors.ts';
import type { Converted, Result } from './outcome.ts';
import type { PipelineParts } from './parts.ts';
import type { Conversion, ReadObject } from './ports.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { ObjectRef } from './upload.ts';

/** Converts what was read and puts the output in its place. Throws what another try may mend. */
export async function convertAndStore(
  ref: ObjectRef,
  source: ReadObject,
  parts: PipelineParts,
  watch: Stopwatch,
): Promise<Result> {
  const { converter, recipe, limits, memory, now } = parts;
  if (!source.bytes) return tooLarge(source.sizeBytes, limits.maxBytes);
  const { bytes } = source;
  let conversion: Conversion | undefined;
  try {
    const opened = await watch.time('decode', () => converter.open(bytes, { recipe, limits }));
    conversion = opened;
    const { memoryBytes } = opened;
    if (memoryBytes > memory.capacity) throw needsTooMuchMemory(memoryBytes, memory.capacity);
    const askedAt = now();
    return await memory.use(memoryBytes, async () => {
      watch.add('queue', now() - askedAt);
      const { stages, ...gray } = await opened.convert();
      watch.add('decode', stages.decodeMs);
      watch.add('gray', stages.grayMs);
      watch.add('encode', stages.encodeMs);
      return await store(ref, source, gray, { parts, watch });
    });
  } catch (error) {
    if (error instanceof ConversionError || error instanceof PermanentError) return failed(error);
    throw error;
  } finally {
    conversion?.close();
  }
}

/** A failure that is recorded as it is. */
export function failed({ code, message }: ConversionError | PermanentError): Result {
  return { status: 'failed', code, message };
}

async function store(
  ref: ObjectRef,
  source: ReadObject,
  { bytes, ...image }: Converted & { bytes: Uint8Array },
  { parts, watch }: { parts: PipelineParts; watch: Stopwatch },
): Promise<Result> {
  const output = outputOf(ref, parts);
  const metadata = provenance(ref, source, parts);
  await watch.time('store', () =>
    parts.store.put(output, { bytes, contentType: image.contentType, metadata }),
  );
  const outputSha256 = createHash('sha256').update(bytes).digest('hex');
  return { status: 'converted', output, outputSizeBytes: bytes.byteLength, outputSha256, image };
}

/** Where the output of a source lies. */
export function outputOf(
  { bucket, key }: ObjectRef,
  { outputBucket = bucket, outputPrefix }: Pick<PipelineParts, 'outputBucket' | 'outputPrefix'>,
): ObjectRef {
  return { bucket: outputBucket, key: outputPrefix + key };
}

/** What an output says of where it comes from. */
function provenance(
  { bucket }: ObjectRef,
  source: ReadObject,
  { recipe, processorVersion }: PipelineParts,
): Record<string, string> {
  return {
    'source-bucket': encodeURIComponent(bucket),
    'source-etag': source.etag,
    ...(source.versionId && { 'source-version': source.versionId }),
    recipe: describeRecipe(recipe),
    'recipe-hash': recipeHash(recipe),
    'processor-version': processorVersion,
  };
}

/** Outputs say what they are, should one get to where uploads are looked for. */
export function isOutput({ metadata }: Pick<ReadObject, 'metadata'>): boolean {
  return 'recipe-hash' in metadata && 'processor-version' in metadata;
}

/** Whether an output was made from a source of this bucket, as far as it says: older ones do not. */
export function isOutputOf({ bucket }: ObjectRef, found: Pick<ReadObject, 'metadata'>): boolean {
  const made = found.metadata['source-bucket'];
  return isOutput(found) && (made === undefined || made === encodeURIComponent(bucket));
}

function tooLarge(sizeBytes: number, maxBytes: number): Result {
  return {
    status: 'failed',
    code: 'FILE_TOO_LARGE',
    message: `Expected at most ${maxBytes} bytes but the object has ${sizeBytes}. Raise MAX_BYTES to take it.`,
  };
}

/** An image that would not fit even alone. */
export function needsTooMuchMemory(memoryBytes: number, capacity: number): ConversionError {
  const megabytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
  return new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected an image that converts within ${megabytes(capacity)} MB of memory but this one needs about ${megabytes(memoryBytes)} MB. Raise MEMORY_BUDGET_MB, and the memory with it.`,
  );
}
