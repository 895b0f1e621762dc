import { closeGif } from '../decode/gif/close-gif.ts';
import { withoutSequence } from '../decode/heif/avif-sequence.ts';
import { normalizeSvg } from '../decode/svg/svg-text.ts';
import { closeTiff } from '../decode/tiff/close-tiff.ts';
import { closeWebp } from '../decode/webp/close-webp.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import { closePng } from './close-png.ts';
import type { InputFormat } from './input-formats.ts';
import { withJpegHeight } from './jpeg-frame.ts';
import { withoutThumbnails } from './tiff-pages.ts';

type Change = (bytes: Uint8Array, recipe: Pick<Recipe, 'compat'>) => Uint8Array;

const changes: Partial<Record<InputFormat, Change>> = {
  svg: normalizeSvg,
  jpeg: withJpegHeight,
  png: closePng,
  gif: closeGif,
  webp: closeWebp,
  avif: withoutSequence,
  // Pillow reads the first page of a TIFF, of any kind.
  tiff: (bytes, { compat }) => closeTiff(compat === 'pillow' ? bytes : withoutThumbnails(bytes)),
};

/**
 * The content that is converted, as the decoders need it: a copy if some of a file must be changed or
 * must not be read, or if only its end is missing, else the same bytes.
 */
export function plainContent(
  bytes: Uint8Array,
  format: InputFormat,
  recipe: Pick<Recipe, 'compat'>,
): Uint8Array {
  return changes[format]?.(bytes, recipe) ?? bytes;
}
