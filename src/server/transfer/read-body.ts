import type { Share } from '../../pipeline/index.ts';
import { RequestError } from '../problems/problems.ts';
import { bodyChunks, type Pace } from './body-chunks.ts';

export interface ReadBodyOptions {
  maxBytes: number;
  signal: AbortSignal;
  /** Grows with what has arrived. Without one, the body is not counted. */
  share?: Share;
  pace?: Pace;
}

/**
 * The bytes of a body, counted as they arrive: what a client announces is not trusted. Throws
 * `OVERLOADED` where the share cannot grow.
 */
export async function readBody(
  request: Request,
  { maxBytes, share, ...waiting }: ReadBodyOptions,
): Promise<Uint8Array> {
  const announced = announcedBytes(request) ?? 0;
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const body = createBytes({ announced, share });
  for await (const chunk of bodyChunks(request, waiting)) {
    if (body.sizeBytes + chunk.byteLength > maxBytes) throw tooLarge(maxBytes);
    body.add(chunk);
  }
  return body.all();
}

/** Until as much has arrived, an announcement allocates no more. */
const firstBytes = 2 ** 20;
/** What a connection takes before its body, in about: so that their number is bounded too. */
const startBytes = 2 ** 16;

/**
 * Bytes in one piece, copied as they arrive: copied all at once, a large body would block the event
 * loop. The system provides pages when they are written to, so that an announced length alone takes
 * none, and what is counted is what has arrived.
 */
function createBytes({ announced, share }: { announced: number; share: Share | undefined }) {
  let bytes = Buffer.allocUnsafeSlow(0);
  let sizeBytes = 0;
  count(startBytes);

  function count(amount: number) {
    if (share && !share.resize(Math.max(startBytes, amount))) throw noRoom();
  }

  /** Doubled where no length was announced: then both buffers are in memory for a moment. */
  function makeRoom(needed: number) {
    if (needed <= bytes.length) return count(needed);
    const planned = needed <= firstBytes ? Math.min(announced, firstBytes) : announced;
    const larger = Math.max(needed, planned, needed > announced ? 2 * bytes.length : 0);
    count(larger > announced ? larger : needed);
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

/** What `Content-Length` says; undefined where the client sends none. */
export function announcedBytes(request: Request): number | undefined {
  const text = request.headers.get('content-length');
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

export function tooLarge(maxBytes: number): RequestError {
  return new RequestError(
    'BODY_TOO_LARGE',
    `Expected a body of at most ${maxBytes} bytes but it has more.`,
  );
}

/** The memory for files is in use by other requests. */
export function noRoom(): RequestError {
  return new RequestError(
    'OVERLOADED',
    'Expected memory for this file but other requests hold all of it. Try again after a few seconds, or raise MEMORY_BUDGET_MB.',
  );
}
