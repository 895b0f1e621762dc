export { encodeGrayPng, type GrayPng } from './encode-gray-png.ts';
export { luma } from './luma.ts';
