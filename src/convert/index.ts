export { type ComparedMethods, compareMethods } from './compare-methods.ts';
export type { MethodComparison } from './comparison-sheet.ts';
export { ConversionError, type ConversionErrorCode, conversionErrorCodes } from './errors.ts';
export { type InputFormat, inputFormats } from './input-formats.ts';
export { type ImageHeader, inspectImage } from './inspect-image.ts';
export { defaultLimits, type Limits } from './limits.ts';
export { type Loss, lossMeanings } from './losses.ts';
export { type Method, methods, type NamedMethod } from './methods.ts';
export { type OutputFormat, outputFormats } from './output-formats.ts';
export type { SourceImage } from './read-header.ts';
export {
  describeRecipe,
  RecipeError,
  type RecipeOptions,
  recipeHash,
  resolveRecipe,
} from './recipe.ts';
export { type Recipe, recipeOptions } from './recipe-options.ts';
export { receivedError, type SentError, sentError } from './sent-error.ts';
export { inspectThumbnail, type Thumbnail, thumbnailOf } from './thumbnail.ts';
export { type GrayImage, toGrayscale } from './to-grayscale.ts';
