import { hash } from 'node:crypto';
import { ConversionError, type ImageSession } from '../convert/index.ts';
import { convertWithinBudget } from './convert-within-budget.ts';
import { describeOutput } from './describe-output.ts';
import { PermanentError } from './errors.ts';
import type { ConversionResult, ImageProperties } from './outcome.ts';
import type { PipelineParts, ReadObject } from './ports.ts';
import type { Stopwatch } from './stopwatch.ts';
import type { ObjectRef } from './upload.ts';

/** Converts the source and stores its output. Throws only retryable errors. */
export async function convertAndStore(
  ref: ObjectRef,
  source: ReadObject,
  parts: PipelineParts,
  watch: Stopwatch,
): Promise<ConversionResult> {
  const { limits, memory } = parts;
  if (!source.bytes) return tooLargeResult(source.sizeBytes, limits.maxBytes);
  const { bytes } = source;
  try {
    const image = await open(bytes, parts, watch);
    return await convertWithinBudget(image, {
      memory,
      ifTooLarge: 'refuse',
      async use({ stages, ...gray }, queueMs) {
        watch.add('queue', queueMs);
        watch.add('decode', stages.decodeMs);
        watch.add('gray', stages.grayMs);
        watch.add('encode', stages.encodeMs);
        return await store(ref, source, gray, { parts, watch });
      },
    });
  } catch (error) {
    if (error instanceof ConversionError || error instanceof PermanentError)
      return failedResult(error);
    throw error;
  }
}

/** Opening counts towards the conversion; for a refused image, it is the whole time. */
async function open(
  bytes: Uint8Array,
  { converter, recipe, limits, now }: PipelineParts,
  watch: Stopwatch,
): Promise<ImageSession> {
  const startedAt = now();
  try {
    return await converter.open(bytes, { recipe, limits });
  } catch (error) {
    watch.add('decode', now() - startedAt);
    throw error;
  }
}

/** The result to record for a permanent error. */
export function failedResult({
  code,
  message,
}: ConversionError | PermanentError): ConversionResult {
  return { status: 'failed', code, message };
}

async function store(
  ref: ObjectRef,
  source: ReadObject,
  { bytes, ...image }: ImageProperties & { bytes: Uint8Array },
  { parts, watch }: { parts: PipelineParts; watch: Stopwatch },
): Promise<ConversionResult> {
  const output = outputOf(ref, parts);
  const sha256 = hash('sha256', bytes);
  const object = {
    bytes,
    ...describeOutput({ source: ref, output }, source, { ...parts, format: image.format }),
    sha256,
  };
  await watch.time('store', () => parts.store.put(output, object));
  return {
    status: 'converted',
    output,
    outputSizeBytes: bytes.byteLength,
    outputSha256: sha256,
    image,
  };
}

/** The address of a source's output. */
export function outputOf(
  { bucket, key }: ObjectRef,
  { outputBucket = bucket, outputPrefix }: Pick<PipelineParts, 'outputBucket' | 'outputPrefix'>,
): ObjectRef {
  return { bucket: outputBucket, key: outputPrefix + key };
}

function tooLargeResult(sizeBytes: number, maxBytes: number): ConversionResult {
  return {
    status: 'failed',
    code: 'FILE_TOO_LARGE',
    message: `Expected at most ${maxBytes} bytes but the object has ${sizeBytes}. Raise maxBytes (MAX_BYTES) to convert it.`,
  };
}
