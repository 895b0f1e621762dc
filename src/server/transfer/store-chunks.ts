import type { Readable } from 'node:stream';

interface StoreChunksOptions {
  /** How long the store may send nothing while the client waits. */
  timeoutMs: number;
  /** Aborted when the response is over. */
  closed: AbortSignal;
  /** Called when the store times out or its stream breaks. If this throws, so does the stream. */
  onFailure: (error: Error) => void;
  onEnd: () => void;
}

/**
 * The chunks of a file on their way from the store to a client. Only time spent waiting for the
 * store counts: slow clients are the responsibility of watch-connections.ts.
 */
export async function* storeChunks(
  body: Readable,
  { timeoutMs, closed, onFailure, onEnd }: StoreChunksOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const timer = setTimeout(() => body.destroy(new StoreSilentError(timeoutMs)), timeoutMs);
      const { done, value } = await chunks.next().finally(() => clearTimeout(timer));
      if (done) return;
      yield value;
    }
  } catch (error) {
    if (!closed.aborted) onFailure(error as Error);
  } finally {
    onEnd();
    body.destroy();
  }
}

class StoreSilentError extends Error {
  constructor(timeoutMs: number) {
    super(
      `Expected more of the file within ${timeoutMs / 1e3} seconds but the store sent nothing.`,
    );
    this.name = 'StoreSilentError';
  }
}
