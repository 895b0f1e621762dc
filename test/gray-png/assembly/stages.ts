// The stages of src/gray-png/assembly one by one, for deflate-stages.test.ts. AssemblyScript.

import { adler, addToAdler, resetAdler } from '../../../src/gray-png/assembly/adler';
import { alignBits, bitsAt, startBits } from '../../../src/gray-png/assembly/bits';
import { addSegment, beginBlock } from '../../../src/gray-png/assembly/block';
import { findCodeLengths } from '../../../src/gray-png/assembly/code-lengths';
import { makeCodes } from '../../../src/gray-png/assembly/codes';
import * as layout from '../../../src/gray-png/assembly/layout';
import { setRowDistance } from '../../../src/gray-png/assembly/matches';
import { setStream } from '../../../src/gray-png/assembly/places';
import { beginRepeats } from '../../../src/gray-png/assembly/repeats';
import { scratchOfTables } from '../../../src/gray-png/assembly/tables';

export { adler, addToAdler, findCodeLengths, makeCodes, resetAdler };

export const input: usize = layout.filtered;
export const results: usize = layout.gray;
export const output: usize = layout.output;
export const scratchEnd: usize = scratchOfTables;

/** A stream of deflate; returns its bytes. */
export function deflateAll(bytes: i32): i32 {
  startBits(output);
  beginRepeats();
  beginBlock();
  setRowDistance(0);
  setStream(input);
  addSegment(input, bytes, true);
  alignBits();
  return <i32>(bitsAt() - output);
}
