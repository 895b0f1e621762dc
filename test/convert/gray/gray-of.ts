import { type GrayImage, type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { type ParsedPng, parsePng } from '../../../testing/png.ts';

/** Converts to PNG and decodes the result with the tests’ own decoder. */
export async function grayOf(bytes: Uint8Array): Promise<GrayImage & { png: ParsedPng }> {
  const image = await toGrayscale(bytes);
  return { ...image, png: parsePng(image.bytes) };
}

/** The error of a conversion that must fail. */
export async function rejectionOf(bytes: Uint8Array, recipe?: RecipeOptions): Promise<unknown> {
  return await toGrayscale(bytes, recipe).then(
    () => {
      throw new Error('Expected a rejection but the image was converted');
    },
    (error: unknown) => error,
  );
}

/**
 * Rec. 601 in integers, rounded half up. Written independently of the product, from the definition
 * 0.299 R + 0.587 G + 0.114 B with each weight as the nearest 65536th such that they add up to 1.
 */
export function oracleGray(red: number, green: number, blue: number): number {
  const weighted = 19595n * BigInt(red) + 38470n * BigInt(green) + 7471n * BigInt(blue);
  const [whole, rest] = [weighted / 65536n, weighted % 65536n];
  return Number(rest * 2n >= 65536n ? whole + 1n : whole);
}

/** Applies the oracle to pixels of three or four samples. */
export function oraclePixels(pixels: Uint8Array, samples: 3 | 4 = 3): number[] {
  return Array.from({ length: pixels.length / samples }, (_, i) =>
    oracleGray(...([0, 1, 2].map((k) => pixels[i * samples + k] ?? 0) as [number, number, number])),
  );
}
