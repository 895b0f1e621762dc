import { tilesPerTurn } from './compress.ts';
import type { PngRows, PngSource } from './pixel-kinds.ts';
import type { RawImage, RowEngine } from './row-engine.ts';
import { type RowHooks, withRowEngine } from './with-row-engine.ts';

interface Luma {
  pixels: Uint8Array;
  /** 2 if there is transparency. */
  channels: 1 | 2;
  /** Milliseconds spent waiting for rows. */
  waitMs: number;
}

/**
 * Gray by Rec. 601 in 16-bit fixed point, rounded half up: L = (19595 R + 38470 G + 7471 B + 32768)
 * >> 16. The weights add up to 65536, so neutral colours keep their value. It is Pillow’s
 * `convert('L')`: https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Convert.c
 */
export async function luma(source: PngSource | PngRows, hooks: RowHooks = {}): Promise<Luma> {
  return await withRowEngine({ ...source, depth: 8 }, hooks, async ({ engine, image }) => {
    const pixels = await collect(engine, image);
    return pixels && { pixels, channels: image.kind.channels, waitMs: engine.times.waitMs };
  });
}

/** Undefined if the pixels are not of the expected kind. */
async function collect(engine: RowEngine, image: RawImage): Promise<Uint8Array | undefined> {
  const pixels = new Uint8Array(image.width * image.height * image.kind.grayBytes);
  let turn = 0;
  for (const tile of engine.tiles()) {
    await engine.receive(tile);
    if (!engine.load(tile)) return undefined;
    engine.copyGray(tile, pixels);
    if (++turn % tilesPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await engine.finish();
  return pixels;
}
