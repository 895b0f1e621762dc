import { withoutSequence } from '../decode/heif/avif-sequence.ts';
import { normalizeSvg } from '../decode/svg/svg-text.ts';
import type { Recipe } from '../recipe/recipe-options.ts';
import type { InputFormat } from './input-formats.ts';
import { withJpegHeight } from './jpeg-frame.ts';
import { withoutThumbnails } from './tiff-pages.ts';

/**
 * The content that is converted, as the decoders need it: a copy if some of a file must be changed or
 * must not be read, else the same bytes.
 * Pillow reads the first page of a TIFF, of any kind.
 */
export function plainContent(
  bytes: Uint8Array,
  format: InputFormat,
  { compat }: Pick<Recipe, 'compat'>,
): Uint8Array {
  if (format === 'svg') return normalizeSvg(bytes);
  if (format === 'jpeg') return withJpegHeight(bytes);
  if (format === 'avif') return withoutSequence(bytes);
  return format === 'tiff' && compat !== 'pillow' ? withoutThumbnails(bytes) : bytes;
}
