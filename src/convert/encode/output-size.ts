import { ConversionError } from '../errors.ts';
import { limitNames } from '../limits.ts';

/**
 * Call this as soon as a minimum output size is known. Throws `ConversionError` above the limit.
 */
export function checkOutputBytes(sizeBytes: number, maxOutputBytes: number): void {
  if (sizeBytes <= maxOutputBytes) return;
  throw new ConversionError(
    'OUTPUT_TOO_LARGE',
    `Expected an output of at most ${maxOutputBytes} bytes but it has ${sizeBytes} or more. Raise the limit ${limitNames.maxOutputBytes} to accept it, or choose a smaller output format or quality.`,
  );
}
