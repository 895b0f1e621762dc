import { isDecodable, readJpegHeader } from '../../../gray-jpeg/index.ts';
import type { CheckedImage } from '../../check-image.ts';
import { profileToApply } from '../../colour/profile-to-apply.ts';
import type { RowFacts, RowFormat } from './decode-rows.ts';

/**
 * The facts of a file that is decoded row by row, as sharp would decode it; undefined for any other.
 */
export function rowFactsOf(checked: CheckedImage): RowFacts | undefined {
  const { file, plan, recipe } = checked;
  const { width, height, format, hasAlpha } = file.image;
  if (file.decoder || plan.frames !== 1 || !isRowFormat(format)) return undefined;
  // sharp applies tables.
  if (recipe.colour === 'managed' && profileToApply(file)?.kind === 'table') return undefined;
  // Pillow’s 16 bits are made of sharp’s.
  if (file.isDeep && recipe.compat === 'pillow') return undefined;
  if (!mayBeDecoded[format](checked)) return undefined;
  const channels = hasAlpha ? 4 : file.samples === 'gray' ? 1 : 3;
  return { format, width, height, channels, bits: file.isDeep ? 16 : 8 };
}

/** The coefficients of more pixels may not fit into the memory of a WebAssembly module. */
const maxKeptPixels = 2 ** 28;

const mayBeDecoded: Record<RowFormat, (checked: CheckedImage) => boolean> = {
  jpeg: ({ bytes, file: { image } }) => {
    const isTooLarge = image.isProgressive === true && image.width * image.height > maxKeptPixels;
    return !isTooLarge && isDecodable(readJpegHeader(bytes));
  },
  // Interlaced ones are not.
  png: ({ file }) => !file.image.isProgressive,
};

function isRowFormat(format: string): format is RowFormat {
  return format in mayBeDecoded;
}
