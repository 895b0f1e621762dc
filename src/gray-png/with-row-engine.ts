import type { Kernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import { type ColourMap, loadColourMap, mapColoursAt } from './map-colours.ts';
import { packBits } from './pack-bits.ts';
import { kindsOf, type PngRows, type PngSource } from './pixel-kinds.ts';
import { type RawImage, type RowEngine, rowEngine } from './row-engine.ts';

export interface RowHooks {
  /** Maps RGB or RGBA with 8 bits per sample before it becomes gray. */
  colours?: ColourMap | undefined;
  /**
   * Receives the pixels that become gray, in whole rows from top to bottom, valid during the call. If it
   * is given, rows must not be wider than `maxWholePixels`. If they turn out not to be opaque, they come
   * again from y = 0.
   */
  onRows?: ((pixels: Uint8Array, y: number) => void) | undefined;
}

interface LentEngine {
  kernel: Kernel;
  engine: RowEngine;
  image: RawImage;
}

/**
 * Lends an engine to `use`, for the first kind of pixels for which it does not return undefined. Throws
 * `RangeError` if there is no kind for the source.
 */
export async function withRowEngine<T>(
  source: PngSource | PngRows,
  { colours, onRows }: RowHooks,
  use: (lent: LentEngine) => Promise<T | undefined>,
): Promise<T> {
  const kinds = kindsOf(source);
  const rows = 'bands' in source ? source : rowsOf(source);
  return await withKernel(async (kernel) => {
    if (colours) loadColourMap(kernel, colours.sums);
    const map = colours && mapColoursAt(colours, source.channels);
    for (const kind of kinds) {
      const image = { ...rows, kind };
      const engine = rowEngine(kernel, image, { map, onRows });
      try {
        const made = await use({ kernel, engine, image });
        if (made !== undefined) return made;
      } finally {
        await engine.close();
      }
    }
    throw new Error('Expected a pixel kind that fits every image');
  });
}

function rowsOf({ pixels, width, height, depth }: PngSource): Omit<RawImage, 'kind'> {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  const isPacked = depth === 1 || depth === 2 || depth === 4;
  if (!isPacked) return { bands: () => [bytes], width, height };
  const packed = packBits({ pixels: bytes, width, height, depth });
  return { bands: () => [packed.bytes], width: packed.width, height };
}
