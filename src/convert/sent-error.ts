import { ConversionError, type ConversionErrorCode } from './errors.ts';

/** An error on its way from a thread or process, as a message can hold it. */
export interface SentError {
  name: string;
  message: string;
  stack: string | undefined;
  code?: ConversionErrorCode;
}

/** To be undone by {@link receivedError} on the other side. */
export function sentError(error: unknown): SentError {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  return { name, message, stack, ...(error instanceof ConversionError && { code: error.code }) };
}

/** The same class and words, so that whoever catches it need not know where it was thrown. */
export function receivedError({ name, message, stack, code }: SentError): Error {
  const error = code ? new ConversionError(code, message) : new Error(message);
  return Object.assign(error, { name, stack });
}
