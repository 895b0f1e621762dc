import { ConversionError } from '../errors.ts';

/** To be asked as soon as it is known how large an output is at least. */
export function checkOutputBytes(sizeBytes: number, maxOutputBytes: number): void {
  if (sizeBytes <= maxOutputBytes) return;
  throw new ConversionError(
    'OUTPUT_TOO_LARGE',
    `Expected an output of at most ${maxOutputBytes} bytes but it has ${sizeBytes} or more. Raise the limit maxOutputBytes to take it, or choose a smaller output format or quality.`,
  );
}
