import { signal } from '@preact/signals';
import type { RecipeChoice } from '../elements/convert-image.ts';

/** What happens to images that are dropped from now on. */
export interface DropOptions {
  /** Whether images are stored in the bucket, and converted with the server's recipe. */
  isStored: boolean;
  /** How images that are not stored are converted. */
  recipe: RecipeChoice;
}

export const dropOptions = signal<DropOptions>({
  isStored: true,
  recipe: { method: '', format: '', quality: '', depth: '' },
});

/** Chooses how images are converted; options that the format does not have are left out. */
export function chooseRecipe(change: Partial<RecipeChoice>): void {
  const { recipe } = dropOptions.value;
  const reset = change.format === undefined ? {} : { quality: '', depth: '' };
  dropOptions.value = { isStored: false, recipe: { ...recipe, ...reset, ...change } };
}
