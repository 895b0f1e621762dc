import {
  type Limits,
  openImage,
  type RecipeOptions,
  type SourceImage,
} from '../src/convert/index.ts';

/** What is known about an image before it is converted. */
export async function inspectImage(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
  recipe: RecipeOptions = {},
): Promise<SourceImage & { memoryBytes: number }> {
  const { header, memoryBytes, close } = await openImage(bytes, recipe, limits);
  close();
  return { ...header, memoryBytes };
}
