import { type Readable, Transform } from 'node:stream';
import { BodyLengthError } from '../pipeline/index.ts';

/**
 * Passes the body on while its length matches the announced size. On a mismatch it aborts the
 * signal, and the stream stalls. Some stores keep a body that ends early, so the stream must not
 * appear to end; an error in it would be thrown, uncaught, by the streams that the SDK puts around
 * it.
 */
export function verifyLength(sizeBytes: number, body: Readable, signal: AbortSignal) {
  const failure = new AbortController();
  let received = 0;
  const fail = (reason: unknown) => {
    body.unpipe(verifiedBody);
    failure.abort(reason);
  };
  const failWithMismatch = () => fail(new BodyLengthError(sizeBytes, received));

  const verifiedBody = new Transform({
    transform(chunk: Uint8Array, _, done) {
      received += chunk.byteLength;
      if (received > sizeBytes) failWithMismatch();
      else done(null, chunk);
    },
    flush(done) {
      if (received === sizeBytes) done();
      else failWithMismatch();
    },
  });
  body.on('error', fail);
  // When a client disconnects, its body closes without an end event.
  body.on('close', () => body.readableEnded || failWithMismatch());
  signal.addEventListener('abort', () => fail(signal.reason), { once: true });
  if (signal.aborted) fail(signal.reason);
  else body.pipe(verifiedBody);
  return { verifiedBody, failed: failure.signal };
}
