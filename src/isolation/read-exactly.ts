import type { Readable } from 'node:stream';

/**
 * So many bytes of a stream that stays open; the sender sends no more before it is answered. Each piece
 * is copied as it comes, so that the event loop is never held up by all of them at once. Never settles
 * when the stream ends before: whoever waits for it learns that from elsewhere.
 */
export function readExactly(stream: Readable, sizeBytes: number): Promise<Uint8Array> {
  if (sizeBytes === 0) return Promise.resolve(new Uint8Array());
  // Pages of it are handed out by the system when they are first written to.
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
