// The public API of the package: docs/library.md describes each export, and a test compares the
// two.

export type { Colourfulness } from './colour/colourfulness.ts';
export {
  type ComparedMethods,
  type ComparisonSession,
  compareMethods,
  openComparison,
} from './compare/compare-methods.ts';
export type { MethodComparison } from './compare/comparison-sheet.ts';
export { ConversionError, type ConversionErrorCode, conversionErrorCodes } from './errors.ts';
export { type InputFormat, inputFormats } from './formats/input-formats.ts';
export { type OutputFormat, outputFormats } from './formats/output-formats.ts';
export type { SourceImage } from './formats/source-file.ts';
export { type ConversionOptions, defaultLimits, type Limits } from './limits.ts';
export { type Loss, lossMeanings } from './losses.ts';
export { type GrayImage, type ImageSession, openImage } from './open-image.ts';
export type { OwnBytes } from './own-bytes.ts';
export type { ImageInput } from './read-input.ts';
export { type Method, methods, type NamedMethod } from './recipe/methods.ts';
export {
  describeRecipe,
  RecipeError,
  type RecipeOptions,
  recipeHash,
  resolveRecipe,
} from './recipe/recipe.ts';
export { type Recipe, recipeOptions } from './recipe/recipe-options.ts';
export { toGrayscale } from './to-grayscale.ts';
