import type { InputFormat } from '../../formats/input-formats.ts';

// Module state on purpose: it protects the memory of the whole process.
let previous: Promise<unknown> = Promise.resolve();

/**
 * Reads SVGs one after another, and all other formats concurrently. In sharp’s binaries (0.35),
 * parsing two broken SVGs at the same time corrupts the memory of the process, which aborts later;
 * parsed one at a time, they are rejected without harm.
 */
export function serializeSvgReads<Result>(
  format: InputFormat,
  read: () => Promise<Result>,
): Promise<Result> {
  if (format !== 'svg') return read();
  const result = previous.then(read, read);
  previous = result;
  return result;
}
