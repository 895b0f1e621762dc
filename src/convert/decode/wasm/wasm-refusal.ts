import { ConversionError } from '../../errors.ts';

/** For data that are broken. The reason is the decoder’s own, or what is wrong in a few words. */
export function damaged(format: string, reason: string, cause?: unknown): ConversionError {
  return new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a whole ${format} image but its data are damaged or cut off (${oneLine(reason)}). Upload it again from the original.`,
    { cause },
  );
}

/** For a variant of the format that no decoder here reads, by name. */
export function unread(format: string, variant: string): ConversionError {
  return new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected a ${format} image of a kind that is read but received ${variant}. Save it as PNG, TIFF or JPEG.`,
  );
}

/**
 * Runs a parser or decoder; whatever it throws is a refusal of the image. Beyond the decoder’s own
 * errors that is a trap of WebAssembly, of which the instance dies and nothing else.
 */
export function orDamaged<Result>(format: string, decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    throw damaged(format, error instanceof Error ? error.message : 'the decoder gave up', error);
  }
}

function oneLine(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim().slice(0, 160);
}
