export { encodeFewGraysPng } from './encode-few-grays-png.ts';
export { encodeGrayPng, type GrayPng, type GrayPngOptions } from './encode-gray-png.ts';
export { luma } from './luma.ts';
export {
  type ColourMap,
  type ColourSums,
  mapColours,
  mapExtremes,
  mapToGray,
} from './map-colours.ts';
export { isEncodable, type PngRows, type PngSource } from './pixel-kinds.ts';
export { maxWholePixels } from './tiles.ts';
export { hasSimd, requireSimd } from './wasm-kernel.ts';
