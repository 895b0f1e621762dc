import type { Kernel } from './kernel.ts';
import type { RowEngine } from './row-engine.ts';

/** Tiles per turn of the event loop, so that a large image does not block it. */
export const tilesPerTurn = 8;

export interface Work {
  kernel: Kernel;
  engine: RowEngine;
  /** The pixels are not of the expected kind, so compression has stopped. */
  isWrongKind: boolean;
}

/** Compresses an image to a zlib stream (RFC 1950). Each piece is valid until the next one. */
export async function* compress(work: Work): AsyncGenerator<Uint8Array> {
  const { kernel, engine } = work;
  const output = (length: number) => kernel.heap.subarray(kernel.output, kernel.output + length);
  kernel.begin();
  // Deflate, a 32 KB window, and check bits that make the header divisible by 31.
  yield Uint8Array.of(0x78, 0x01);
  let turn = 0;
  for (const tile of engine.tiles()) {
    await engine.receive(tile);
    work.isWrongKind = !engine.load(tile);
    if (work.isWrongKind) return;
    engine.filter(tile);
    yield output(kernel.deflate());
    if (++turn % tilesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await engine.finish();
  yield output(kernel.finish());
  const adler = Buffer.alloc(4);
  adler.writeInt32BE(kernel.adler());
  yield adler;
}
