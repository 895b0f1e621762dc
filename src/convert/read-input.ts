import { ConversionError } from './errors.ts';
import { limitNames } from './limits.ts';

/**
 * An image to convert: its bytes, a Blob, a stream of bytes, the path of a file, or its `file:` URL.
 * Never pass a string that a stranger chose: it would be opened as a file.
 */
export type ImageInput =
  | Uint8Array
  | ArrayBuffer
  | Blob
  | AsyncIterable<Uint8Array>
  | ReadableStream<Uint8Array>
  | string
  | URL;

interface ReadOptions {
  maxBytes: number;
  signal?: AbortSignal | undefined;
}

/**
 * Reads an image into memory, and stops as soon as it has more than `maxBytes`. Throws
 * `ConversionError` (`FILE_TOO_LARGE`), the signal’s reason, or the error of the file or stream.
 */
export async function readInput(input: ImageInput, options: ReadOptions): Promise<Uint8Array> {
  const { maxBytes, signal } = options;
  signal?.throwIfAborted();
  if (input instanceof Uint8Array) return input;
  if (input instanceof ArrayBuffer) return new Uint8Array(input);
  if (input instanceof Blob) {
    if (input.size > maxBytes) throw tooLargeError(maxBytes, input.size);
    return await readChunks(input.stream(), options);
  }
  if (typeof input === 'string' || input instanceof URL) {
    if (input instanceof URL && input.protocol !== 'file:') throw unknownInputError();
    // Loaded here because most programs pass bytes.
    const { createReadStream } = await import('node:fs');
    return await readChunks(createReadStream(input), options);
  }
  if (isAsyncIterable(input)) return await readChunks(input, options);
  throw unknownInputError();
}

function isAsyncIterable(input: unknown): input is AsyncIterable<Uint8Array> {
  return typeof input === 'object' && input !== null && Symbol.asyncIterator in input;
}

async function readChunks(
  chunks: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  { maxBytes, signal }: ReadOptions,
): Promise<Uint8Array> {
  const read: Uint8Array[] = [];
  let sizeBytes = 0;
  const source = openChunks(chunks);
  try {
    for (;;) {
      const { done, value } = await untilAborted(source.next(), signal);
      if (done) return Buffer.concat(read, sizeBytes);
      if (!(value instanceof Uint8Array)) throw unknownInputError();
      sizeBytes += value.length;
      if (sizeBytes > maxBytes) throw tooLargeError(maxBytes);
      read.push(value);
    }
  } finally {
    // Not awaited: some streams answer only when more data arrives.
    source.close()?.catch(() => {});
  }
}

interface Chunks {
  next(): Promise<{ done?: boolean | undefined; value?: Uint8Array | undefined }>;
  /** Also closes a stream from which a chunk is awaited, unlike leaving a loop over it. */
  close(): Promise<unknown> | undefined;
}

function openChunks(chunks: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): Chunks {
  if (chunks instanceof ReadableStream) {
    const reader = chunks.getReader();
    return { next: () => reader.read(), close: () => reader.cancel() };
  }
  const iterator = chunks[Symbol.asyncIterator]();
  return {
    next: () => iterator.next(),
    close() {
      if ('destroy' in chunks && typeof chunks.destroy === 'function') chunks.destroy();
      return iterator.return?.();
    },
  };
}

async function untilAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  try {
    signal.throwIfAborted();
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

export function tooLargeError(maxBytes: number, sizeBytes?: number): ConversionError {
  const received = sizeBytes ?? 'more';
  return new ConversionError(
    'FILE_TOO_LARGE',
    `Expected at most ${maxBytes} bytes but received ${received}. Raise the limit ${limitNames.maxBytes} to accept it.`,
  );
}

export function unknownInputError(): TypeError {
  return new TypeError(
    'Expected the image as a Uint8Array, ArrayBuffer, Blob, stream of Uint8Array, path or file: URL',
  );
}
