import type { Share } from '../../pipeline/index.ts';
import { RequestError } from '../problems/problems.ts';
import { bodyChunks, type MinSpeed } from './body-chunks.ts';

interface ReadBodyOptions {
  maxBytes: number;
  signal: AbortSignal;
  /** Grows with the bytes received. Without a share, the body is not counted. */
  share?: Share;
  minSpeed?: MinSpeed;
}

/**
 * Reads a body and counts its bytes as they arrive, because the declared length is not trusted.
 * Throws `OVERLOADED` if the share cannot grow.
 */
export async function readBody(
  request: Request,
  { maxBytes, share, ...waiting }: ReadBodyOptions,
): Promise<Uint8Array> {
  const declaredBytes = contentLength(request) ?? 0;
  if (declaredBytes > maxBytes) throw bodyTooLargeError(maxBytes);
  const body = createBuffer({ declaredBytes, share });
  for await (const chunk of bodyChunks(request, waiting)) {
    if (body.sizeBytes + chunk.byteLength > maxBytes) throw bodyTooLargeError(maxBytes);
    body.add(chunk);
  }
  return body.all();
}

/** No more is allocated for a declared length until this much has arrived. */
const initialBytes = 2 ** 20;
/**
 * Approximate memory of a connection before its body, so that the number of connections is limited
 * too.
 */
const connectionBytes = 2 ** 16;

/**
 * One contiguous buffer, filled as chunks arrive: copying a large body in one step would block the
 * event loop. The system allocates pages only when they are written, so a declared length alone
 * uses no memory, and only received bytes are counted.
 */
function createBuffer({
  declaredBytes,
  share,
}: {
  declaredBytes: number;
  share: Share | undefined;
}) {
  let bytes = Buffer.allocUnsafeSlow(0);
  let sizeBytes = 0;
  count(connectionBytes);

  function count(amount: number) {
    if (share && !share.resize(Math.max(connectionBytes, amount))) throw memoryExhaustedError();
  }

  /** Doubles the buffer if no length was declared; both buffers are then briefly in memory. */
  function makeRoom(needed: number) {
    if (needed <= bytes.length) return count(needed);
    const planned = needed <= initialBytes ? Math.min(declaredBytes, initialBytes) : declaredBytes;
    const larger = Math.max(needed, planned, needed > declaredBytes ? 2 * bytes.length : 0);
    count(larger > declaredBytes ? larger : needed);
    const grown = Buffer.allocUnsafeSlow(larger);
    grown.set(bytes.subarray(0, sizeBytes));
    bytes = grown;
  }

  return {
    get sizeBytes() {
      return sizeBytes;
    },
    add(chunk: Uint8Array) {
      const needed = sizeBytes + chunk.byteLength;
      makeRoom(needed);
      bytes.set(chunk, sizeBytes);
      sizeBytes = needed;
    },
    all: () => bytes.subarray(0, sizeBytes),
  };
}

/** The `Content-Length`; undefined if the client sends none. */
export function contentLength(request: Request): number | undefined {
  const text = request.headers.get('content-length');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export function bodyTooLargeError(maxBytes: number): RequestError {
  return new RequestError(
    'BODY_TOO_LARGE',
    `Expected a body of at most ${maxBytes} bytes but it has more.`,
  );
}

/** Other requests are using the memory reserved for files. */
export function memoryExhaustedError(): RequestError {
  return new RequestError(
    'OVERLOADED',
    'Expected enough free memory for this file but other requests are using it. Try again after a few seconds, or raise MEMORY_BUDGET_MB.',
  );
}
