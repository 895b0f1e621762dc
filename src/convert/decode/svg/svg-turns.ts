import type { InputFormat } from '../../formats/input-formats.ts';

// Module state on purpose: what has to be protected is the memory of the whole process.
let last: Promise<unknown> = Promise.resolve();

/**
 * Reads SVGs one after another, and everything else at once. In sharp’s binaries (0.35) two broken
 * SVGs that are parsed side by side corrupt the memory of the whole process, which then aborts in
 * whatever comes next; one at a time they are refused without harm.
 */
export function inTurn<Result>(format: InputFormat, read: () => Promise<Result>): Promise<Result> {
  if (format !== 'svg') return read();
  const turn = last.then(read, read);
  last = turn;
  return turn;
}
