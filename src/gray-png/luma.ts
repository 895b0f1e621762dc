import type { RowKernel } from './kernel.ts';
import { withKernel } from './kernels.ts';
import { type PixelKind, pixelKinds } from './pixel-kinds.ts';

/** RGB or RGBA with 8 bits per sample, without padding. */
interface Colours {
  pixels: Uint8Array;
  channels: 3 | 4;
}

interface Luma {
  pixels: Uint8Array;
  /** 2 if there is transparency. */
  channels: 1 | 2;
}

/**
 * Gray by Rec. 601 in 16-bit fixed point, rounded half up: L = (19595 R + 38470 G + 7471 B + 32768)
 * >> 16. The weights add up to 65536, so neutral colours keep their value. It is Pillow’s
 * `convert('L')`: https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Convert.c
 */
export async function luma({ pixels, channels }: Colours): Promise<Luma> {
  const { rgb, rgba, rgbaOpaque } = pixelKinds;
  return await withKernel(async (kernel) => {
    const gray = grayOf(pixels, channels === 3 ? rgb : rgbaOpaque, kernel);
    if (gray) return { pixels: gray, channels: 1 };
    return { pixels: grayOf(pixels, rgba, kernel) as Uint8Array, channels: 2 };
  });
}

/** Undefined if the pixels are not of that kind. */
function grayOf(
  pixels: Uint8Array,
  { id, sourceBytes, grayBytes }: PixelKind,
  { heap, source, gray, tileBytes, ...kernel }: RowKernel,
): Uint8Array | undefined {
  const count = pixels.length / sourceBytes;
  const pixelsPerPass = Math.floor(tileBytes / grayBytes);
  const made = new Uint8Array(count * grayBytes);
  for (let at = 0; at < count; at += pixelsPerPass) {
    const pixelCount = Math.min(pixelsPerPass, count - at);
    heap.set(pixels.subarray(at * sourceBytes, (at + pixelCount) * sourceBytes), source);
    if (kernel.grayRows(id, 1, pixelCount, source, gray, 0) === 0) return undefined;
    made.set(heap.subarray(gray, gray + pixelCount * grayBytes), at * grayBytes);
  }
  return made;
}
