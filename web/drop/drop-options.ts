import { signal } from '@preact/signals';
import type { RecipeChoice } from '../elements/convert-image.ts';

/** What happens to images that are dropped from now on. */
export interface DropOptions {
  /** Whether images are stored in the bucket, and converted with the server's recipe. */
  isStored: boolean;
  /** How images that are not stored are converted. */
  recipe: RecipeChoice;
}

const ofFewGrays = { dither: '', alpha: '' };
const ofFormat = { quality: '', lossless: '', depth: '', ...ofFewGrays };

export const dropOptions = signal<DropOptions>({
  isStored: true,
  recipe: { method: '', format: '', ...ofFormat },
});

/** Chooses how images are converted. Options that depend on a changed one are reset. */
export function chooseRecipe(change: Partial<RecipeChoice>): void {
  const { recipe } = dropOptions.value;
  const reset = 'format' in change ? ofFormat : 'depth' in change ? ofFewGrays : {};
  dropOptions.value = { isStored: false, recipe: { ...recipe, ...reset, ...change } };
}
