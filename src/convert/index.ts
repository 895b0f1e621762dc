export { type ComparedMethods, compareMethods } from './compare/compare-methods.ts';
export type { MethodComparison } from './compare/comparison-sheet.ts';
export { ConversionError, type ConversionErrorCode, conversionErrorCodes } from './errors.ts';
export { type InputFormat, inputFormats } from './formats/input-formats.ts';
export { type OutputFormat, outputFormats } from './formats/output-formats.ts';
export type { SourceImage } from './formats/read-header.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type Loss, lossMeanings } from './losses.ts';
export { type ImageHeader, inspectImage } from './open-image.ts';
export { type Method, methods, type NamedMethod } from './recipe/methods.ts';
export {
  describeRecipe,
  RecipeError,
  type RecipeOptions,
  recipeHash,
  resolveRecipe,
} from './recipe/recipe.ts';
export { type Recipe, recipeOptions } from './recipe/recipe-options.ts';
export { receivedError, type SentError, sentError } from './sent-error.ts';
export { inspectThumbnail, type Thumbnail, thumbnailOf } from './thumbnail.ts';
export { type GrayImage, toGrayscale } from './to-grayscale.ts';
