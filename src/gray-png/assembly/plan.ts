// Chooses the symbols of a segment and their code lengths, so that it takes the fewest bits.

import { findCodeLengths } from './code-lengths';
import { distanceLengths, lengths } from './header';
import { segmentBytes } from './layout';
import { findMatches } from './matches';
import { setStream } from './places';
import { isWorthSearching, reportSearch, roughBits } from './repeats';
import { findRuns } from './runs';
import { counts, distanceCounts, distanceSymbols, extraBits, literalSymbols } from './sequences';

export const endOfBlock = 256;
/** Two more than are ever used. */
export const fixedSymbols = 288;
export const fixedDistanceBits: u8 = 5;
/** Four codes and seven pending bits must fit into 64 bits; the format would allow 15. */
const longestCode = 14;
/** Data for which fixed codes are more likely than dynamic ones. */
const fewBytes = 2048;

/**
 * Chooses the symbols of the segment: runs, or all matches if they save bits. Returns its bits.
 */
export function findSequences(start: usize, bytes: i32): i32 {
  findRuns(start, bytes);
  const withRuns = planSegment();
  if (!isWorthSearching(start, bytes, lengths, withRuns)) return withRuns;
  // Few bytes are written with fixed codes.
  if (bytes < fewBytes) useFixedCodes();
  let withMatches = findMatches(start, bytes, true, true) ? planSegment() : i32.MAX_VALUE;
  if (reportSearch(bytes, withRuns, withMatches)) {
    // Again, now that the costs of copies are known.
    findMatches(start, bytes, false);
    withMatches = planSegment();
  }
  if (withMatches < withRuns) return withMatches;
  findRuns(start, bytes);
  return planSegment();
}

/**
 * Whether bytes take fewer bits than the same number of others, each after as many bytes of
 * `history`. At most a segment of them is searched, and only quickly. Sets the stream.
 */
export function takesFewerBits(these: usize, others: usize, bytes: i32, history: i32): bool {
  const searched = min(bytes, segmentBytes);
  return estimateBits(these, searched, history) < estimateBits(others, searched, history);
}

/** Whether rows without filters may take fewer bits than the same rows with them. */
export function mayTakeFewerBits(plain: usize, filtered: usize, bytes: i32): bool {
  findRuns(filtered, bytes);
  planSegment();
  const withFilters = roughBits(filtered, bytes, lengths);
  const withoutFilters = roughBits(plain, bytes, 0);
  return withoutFilters < min(6 * bytes, withFilters + withFilters / 2);
}

function estimateBits(start: usize, bytes: i32, history: i32): i32 {
  setStream(start - history);
  findRuns(start, bytes);
  const withRuns = planSegment();
  return findMatches(start, bytes, true, true) ? min(withRuns, planSegment()) : withRuns;
}

/** The bits of the segment without a header, which it may share with others. */
function planSegment(): i32 {
  return planCodes(counts, distanceCounts, extraBits);
}

/** Finds the code lengths for counts; returns the bits of all symbols. */
export function planCodes(counts: usize, distanceCounts: usize, extraBits: i32): i32 {
  store<u32>(counts + 4 * endOfBlock, 1);
  findCodeLengths(counts, literalSymbols, longestCode, lengths);
  findCodeLengths(distanceCounts, distanceSymbols, longestCode, distanceLengths);
  return (
    extraBits +
    bitsOf(counts, lengths, literalSymbols) +
    bitsOf(distanceCounts, distanceLengths, distanceSymbols)
  );
}

function bitsOf(counts: usize, lengths: usize, symbols: i32): i32 {
  let bits = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    bits += load<u32>(counts + 4 * symbol) * load<u8>(lengths + symbol);
  }
  return bits;
}

export function useFixedCodes(): void {
  for (let i = 0; i < fixedSymbols; i++) store<u8>(lengths + i, fixedLength(i));
  memory.fill(distanceLengths, fixedDistanceBits, distanceSymbols);
}

/** RFC 1951, 3.2.6. */
export function fixedLength(symbol: i32): u8 {
  if (symbol < 144 || symbol >= 280) return 8;
  return symbol < 256 ? 9 : 7;
}
