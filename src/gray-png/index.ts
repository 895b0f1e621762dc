export { encodeFewGraysPng } from './encode-few-grays-png.ts';
export { encodeGrayPng, type GrayPng } from './encode-gray-png.ts';
export { luma } from './luma.ts';
export { type ColourSums, mapColours, mapExtremes, mapToGray } from './map-colours.ts';
export { isEncodable, type PngSource } from './pixel-kinds.ts';
export { hasKernel } from './wasm-kernel.ts';
