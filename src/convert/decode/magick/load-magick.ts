import { wasmFile, wasmModule } from '../wasm/wasm-module.ts';
import { magickPolicy } from './magick-policy.ts';

export type Magick = typeof import('@imagemagick/magick-wasm');

/**
 * Returns ImageMagick with a new instance of its module for one image, whose memory cannot exceed
 * `maxBytes`. The previous image’s instance is dropped.
 */
export async function loadMagick(maxBytes: number): Promise<Magick> {
  const magick = await import('@imagemagick/magick-wasm');
  const path = wasmFile('@imagemagick/magick-wasm/magick.wasm');
  magick.ConfigurationFiles.default.policy.data = magickPolicy;
  // The package keeps one instance forever. This is its own field for it, hence the exact version in
  // package.json.
  Object.assign(magick.ImageMagick, { _api: undefined });
  const module = (await wasmModule(path, maxBytes)) as never;
  await magick.initializeImageMagick(module);
  return magick;
}
