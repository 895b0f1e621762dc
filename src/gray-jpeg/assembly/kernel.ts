// The functions that the TypeScript code calls. See README.md one folder up.

import * as layout from './layout';

export const source: usize = layout.source;
export const sourceBytes: i32 = layout.sourceBytes;
export const counts: usize = layout.counts;
export const codes: usize = layout.codes;
export const moves: usize = layout.moves;
export const chromaCounts: usize = layout.chromaCounts;
export const output: usize = layout.output;
export const heapStart: usize = layout.heapStart;

/** The end of the last buffer, for a test of the layout. */
export function endOfMemory(): usize {
  return layout.endOfLayout;
}

export { clearChromaCounts, setChromaFactors } from './chroma';
export {
  beginBlocks,
  clearCounts,
  countBlocks,
  countDcOfBlocks,
  hasValueOutOfRange,
  writeBlocks,
  writeSymbols,
} from './encode';
export { setFactor, transformKept } from './pixels';
export { beginRows, keepLastRows, putRows, setChroma } from './rows';
export { addPart, addSamples, beginInterval, beginScan, decode, problemOfScan, setCounting } from './scan';
export {
  beginRest,
  extraBytes,
  feed,
  isExtraZero,
  isLastBytePadded,
  isStreamComplete,
  skipRest,
} from './stream';
export { setBand } from './symbols';
export { definitionAt, defineTable } from './table';
export { finishOutput, takeOutput } from './written-bits';
