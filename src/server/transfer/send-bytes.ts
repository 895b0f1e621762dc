import type { Context } from 'hono';
import type { Share } from '../../pipeline/index.ts';
import { nodeResponseOf, whenClosed } from './response-end.ts';

interface SendBytesOptions {
  /** Released when the response is sent or abandoned. */
  share: Share;
  /** How long the client may take to read the response. */
  timeoutMs: number;
}

/** Small enough to notice quickly whether the client reads. */
const chunkBytes = 2 ** 16;

/** Responds with bytes in memory, which count until the client has read them or its time is up. */
export function sendBytes(
  c: Context,
  bytes: Uint8Array,
  { share, timeoutMs }: SendBytesOptions,
): Response {
  c.header('content-length', String(bytes.byteLength));
  const outgoing = nodeResponseOf(c);
  if (!outgoing) {
    share.release();
    return c.body(Buffer.from(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.byteLength));
  }
  const timer = setTimeout(() => outgoing.destroy(), timeoutMs);
  whenClosed(outgoing, () => {
    clearTimeout(timer);
    share.release();
  });
  return c.body(streamInChunks(bytes));
}

function streamInChunks(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(bytes.subarray(at, at + chunkBytes));
        at += chunkBytes;
        if (at >= bytes.byteLength) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}
