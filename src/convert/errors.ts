/** Why an image cannot be converted. `docs/errors.md` explains each code. */
export const conversionErrorCodes = {
  EMPTY_OBJECT: 'The file is empty.',
  FILE_TOO_LARGE: 'The file has more bytes than the limit `maxBytes`.',
  UNSUPPORTED_FORMAT:
    'The format or its variant is not supported, or its samples do not define black and white.',
  CORRUPT_IMAGE: 'The image data is damaged or truncated.',
  IMAGE_TOO_LARGE:
    'The image has more pixels than the limit `maxPixels`, or is larger than the output format allows.',
  TOO_MANY_PAGES: 'The file has more pages or frames than the limit `maxPages`.',
  CONVERSION_TIMEOUT: 'The conversion takes longer than the limit `timeoutMs`.',
  OUTPUT_TOO_LARGE: 'The output has more bytes than the limit `maxOutputBytes`.',
  NO_LOSSLESS_OUTPUT: 'With `lossless`, a JPEG output needs a JPEG whose luma can be kept.',
  UNSUPPORTED_DEPTH:
    'With a `depth` of 1, 2 or 4, the output cannot hold this image: it is transparent, or its format has no such depth.',
  CONVERSION_CRASHED: 'The process that converted the image crashed, and so did its replacement.',
} as const;

export type ConversionErrorCode = keyof typeof conversionErrorCodes;

/** The image cannot be converted. Retrying does not help. */
export class ConversionError extends Error {
  readonly code: ConversionErrorCode;

  constructor(code: ConversionErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConversionError';
    this.code = code;
  }
}
