// The stages of src/gray-png/assembly one by one, for deflate-stages.test.ts. AssemblyScript.

import { adler, addToAdler, resetAdler } from '../../../src/gray-png/assembly/adler';
import { alignBits, bitsAt, startBits } from '../../../src/gray-png/assembly/bits';
import { putBlock } from '../../../src/gray-png/assembly/block';
import { findCodeLengths } from '../../../src/gray-png/assembly/code-lengths';
import { makeCodes } from '../../../src/gray-png/assembly/codes';
import * as layout from '../../../src/gray-png/assembly/layout';
import { countRepeats, endOfScratch, flatWords } from '../../../src/gray-png/assembly/repeats';

export { adler, addToAdler, countRepeats, findCodeLengths, flatWords, makeCodes, resetAdler };

export const input: usize = layout.source;
export const results: usize = layout.gray;
export const output: usize = layout.output;
export const scratchEnd: usize = endOfScratch;

/** One stream of deflate in one block; returns its bytes. */
export function deflateBlock(bytes: i32): i32 {
  startBits(output);
  putBlock(input, bytes, true);
  alignBits();
  return <i32>(bitsAt() - output);
}
