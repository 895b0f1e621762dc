import { RequestError } from './problems.ts';

export interface ReadBodyOptions {
  maxBytes: number;
  signal: AbortSignal;
}

/** The bytes of a body, counted as they come: what a client announces is not trusted. */
export async function readBody(
  request: Request,
  { maxBytes, signal }: ReadBodyOptions,
): Promise<Uint8Array> {
  const announced = announcedBytes(request) ?? 0;
  if (announced > maxBytes) throw tooLarge(maxBytes);
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const body = createBytes(announced);
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return body.all();
      if (body.sizeBytes + value.byteLength > maxBytes) throw tooLarge(maxBytes);
      body.add(value);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/**
 * Bytes in one piece, copied as they come: copied all at once, a large body would hold up the event
 * loop. The system hands out pages when they are written to, so that an announcement alone takes none.
 */
function createBytes(expectedBytes: number) {
  let bytes = Buffer.allocUnsafeSlow(expectedBytes);
  let sizeBytes = 0;
  return {
    get sizeBytes() {
      return sizeBytes;
    },
    add(piece: Uint8Array) {
      const needed = sizeBytes + piece.byteLength;
      if (needed > bytes.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * bytes.length));
        larger.set(bytes.subarray(0, sizeBytes));
        bytes = larger;
      }
      bytes.set(piece, sizeBytes);
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
