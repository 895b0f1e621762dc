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
  if ((announcedBytes(request) ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const reader = request.body?.getReader();
  if (!reader) return new Uint8Array();
  const cancel = () => void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      signal.throwIfAborted();
      if (done) return Buffer.concat(chunks);
      sizeBytes += value.byteLength;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
      chunks.push(value);
    }
  } finally {
    signal.removeEventListener('abort', cancel);
  }
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
