import type { Cicp } from '../../colour/cicp.ts';
import { ConversionError } from '../../errors.ts';
import { av1Colours } from './av1-sequence.ts';
import { checkMatrix, convertedCicp, type HeifColours, heifColours } from './heif-colours.ts';
import { itemStart } from './heif-item-data.ts';
import { firstPart, type HeifItem, type HeifItems, readHeifItems } from './heif-items.ts';

interface AvifColours {
  cicp?: Cicp;
  /** The image has luma alone, limited to 16 to 235 of 255, which libvips does not expand. */
  isLimitedGray?: boolean;
}

/**
 * The colours of the primary image of an AVIF, by its properties or else by the header of its data.
 * Empty if its boxes cannot be read: libvips reports the damage. Throws `ConversionError` for colours
 * that libheif does not decode.
 */
export function avifColours(bytes: Uint8Array): AvifColours {
  try {
    const file = readHeifItems(bytes);
    return file ? statedColours(bytes, file) : {};
  } catch (error) {
    if (isUnsupported(error)) throw error;
    return {};
  }
}

function isUnsupported(error: unknown): boolean {
  return error instanceof ConversionError && error.code === 'UNSUPPORTED_FORMAT';
}

function statedColours(bytes: Uint8Array, file: HeifItems): AvifColours {
  const coded = codedItem(file, file.primary);
  const stated = [file.primary, coded].map(heifColours).find(({ cicp }) => cicp);
  const { cicp, isLimited, matrix } = stated ?? codedColours(bytes, coded);
  if (!isGray(coded)) checkMatrix('AVIF', matrix);
  return { ...(cicp && { cicp }), ...(isLimited && isGray(coded) && { isLimitedGray: true }) };
}

/** The first tile of a grid, or the item itself. */
function codedItem(file: HeifItems, item: HeifItem): HeifItem {
  return item.type === 'av01' ? item : (firstPart(file, item) ?? item);
}

function codedColours(bytes: Uint8Array, { id }: HeifItem): HeifColours {
  const data = itemStart(bytes, id);
  const colours = data && av1Colours(data);
  if (!colours) return {};
  const { isLimited, matrix } = colours;
  return { cicp: convertedCicp(colours), isLimited, matrix };
}

/** AV1 Codec ISO Media File Format Binding, 2.3.3. */
function isGray({ properties }: HeifItem): boolean {
  const av1C = properties.find(({ type }) => type === 'av1C')?.body;
  return ((av1C?.[2] ?? 0) & 0x10) !== 0;
}
