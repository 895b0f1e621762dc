/** Why an image cannot be converted. `docs/errors.md` explains each code. */
export const conversionErrorCodes = {
  EMPTY_OBJECT: 'There are no bytes.',
  FILE_TOO_LARGE: 'The file has more bytes than the limit `maxBytes`.',
  UNSUPPORTED_FORMAT:
    'The content is not in a format that is read, or its samples have no known black and white.',
  CORRUPT_IMAGE:
    'The image data are damaged or cut off, or of a variant that the decoder does not know.',
  IMAGE_TOO_LARGE:
    'The image has more pixels than the limit `maxPixels`, or is larger than the output can be.',
  TOO_MANY_PAGES: 'The file has more pages or frames than the limit `maxPages`.',
  CONVERSION_TIMEOUT: 'The conversion takes longer than the limit `timeoutMs`.',
  OUTPUT_TOO_LARGE: 'The output has more bytes than the limit `maxOutputBytes`.',
  CONVERSION_CRASHED: 'The process that converted the image died of it, and so did the next one.',
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
