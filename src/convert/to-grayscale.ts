import type { ConversionOptions } from './limits.ts';
import { type GrayImage, openImage } from './open-image.ts';
import type { ImageInput } from './read-input.ts';
import type { RecipeOptions } from './recipe/recipe.ts';

/**
 * Converts an image to gray. The same bytes and recipe always give the same bytes.
 *
 * ```ts
 * const { bytes, contentType } = await toGrayscale(await readFile('photo.jpg'));
 * const small = await toGrayscale(upload, { format: 'jpeg', quality: 60 }, { maxPixels: 2e7 });
 * ```
 *
 * Throws the same errors as {@link openImage}.
 */
export async function toGrayscale(
  input: ImageInput,
  recipe: RecipeOptions = {},
  options: ConversionOptions = {},
): Promise<GrayImage> {
  const image = await openImage(input, recipe, options);
  try {
    return await image.convert();
  } finally {
    image.close();
  }
}
