import type { Readable } from 'node:stream';

/**
 * Reads a number of bytes from a stream that stays open; the sender waits for an answer before it
 * sends more. Copies each chunk as it arrives, so that one large copy never blocks the event loop.
 * Never settles if the stream ends early: callers detect that by other means.
 */
export function readExactly(stream: Readable, sizeBytes: number): Promise<Uint8Array> {
  if (sizeBytes === 0) return Promise.resolve(new Uint8Array());
  // The system allocates its pages when they are first written.
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let read = 0;
  return new Promise((resolve) => {
    stream.on('data', onData).resume();

    function onData(piece: Buffer) {
      bytes.set(piece, read);
      read += piece.length;
      if (read < sizeBytes) return;
      stream.off('data', onData).pause();
      resolve(bytes);
    }
  });
}
