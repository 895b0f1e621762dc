import { ConversionError } from '../../errors.ts';

/** For damaged files. The reason is the decoder’s message or a short description of the fault. */
export function damagedImage(format: string, reason: string, cause?: unknown): ConversionError {
  return new ConversionError(
    'CORRUPT_IMAGE',
    `Expected a complete ${format} image but its data is damaged or truncated (${oneLine(reason)}). Use an intact copy.`,
    { cause },
  );
}

/** For an unsupported variant of the format, by name. */
export function unsupportedVariant(format: string, variant: string): ConversionError {
  return new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected a supported kind of ${format} image but received ${variant}. Save it as PNG, TIFF or JPEG.`,
  );
}

/**
 * Runs a parser or decoder; everything it throws rejects the image. This includes WebAssembly
 * traps, which kill only the instance.
 */
export function mapParserErrors<Result>(format: string, decode: () => Result): Result {
  try {
    return decode();
  } catch (error) {
    if (error instanceof ConversionError) throw error;
    throw damagedImage(
      format,
      error instanceof Error ? error.message : 'the decoder failed',
      error,
    );
  }
}

function oneLine(reason: string): string {
  return reason.replace(/\s+/g, ' ').trim().slice(0, 160);
}
