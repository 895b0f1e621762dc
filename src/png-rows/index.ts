export { type DecodeOptions, decodePng, type PngImage } from './decode-png.ts';
