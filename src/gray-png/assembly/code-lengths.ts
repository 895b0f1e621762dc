// Lengths of Huffman codes, none longer than the format allows.

import { scratchOfLayout } from './layout';

const mostSymbols = 288;
/** Deeper than any tree of a block: its counts would have to grow like Fibonacci's numbers. */
const deepest = 64;

/** Symbols that occur, as count and symbol in one number, by ascending count. */
const ranked: usize = scratchOfLayout;
/** The leaves of the tree in that order, then its inner nodes in the order of creation. */
const weights: usize = ranked + 4 * mostSymbols;
const parents: usize = weights + 8 * mostSymbols;
const depths: usize = parents + 4 * mostSymbols;
/** How many leaves there are at each depth. */
const leaves: usize = depths + 2 * mostSymbols;

export const scratchOfCodeLengths: usize = leaves + 4 * deepest;

/**
 * Lengths (bytes) of codes for symbols with these counts (32 bits each, below 2^23); 0 for unused
 * symbols.
 */
export function findCodeLengths(counts: usize, symbols: i32, longest: i32, lengths: usize): void {
  memory.fill(lengths, 0, symbols);
  const used = rank(counts, symbols);
  if (used == 0) return;
  if (used == 1) {
    store<u8>(lengths + symbolAt(0), 1);
    return;
  }
  joinLightest(used);
  countLeaves(used);
  shorten(longest);
  // The most frequent ones get the shortest codes.
  let leaf = used - 1;
  for (let length = 1; length <= longest; length++) {
    for (let n = leavesAt(length); n > 0; n--) store<u8>(lengths + symbolAt(leaf--), <u8>length);
  }
}

/** Ranks the used symbols; returns their number. A Shell sort, because there are few. */
function rank(counts: usize, symbols: i32): i32 {
  let used = 0;
  for (let symbol = 0; symbol < symbols; symbol++) {
    const count = load<u32>(counts + 4 * symbol);
    if (count > 0) store<u32>(ranked + 4 * used++, (count << 9) | symbol);
  }
  for (let gap = 121; gap > 0; gap /= 3) {
    for (let i = gap; i < used; i++) {
      const moved = load<u32>(ranked + 4 * i);
      let j = i;
      for (; j >= gap; j -= gap) {
        const before = load<u32>(ranked + 4 * (j - gap));
        if (before <= moved) break;
        store<u32>(ranked + 4 * j, before);
      }
      store<u32>(ranked + 4 * j, moved);
    }
  }
  return used;
}

function symbolAt(rank: i32): i32 {
  return load<u32>(ranked + 4 * rank) & 511;
}

/**
 * Huffman's tree, from sorted leaves without a heap: inner nodes are made in ascending order of
 * weight, so the lightest node is the first remaining one of either kind (J. van Leeuwen, "On the
 * construction of Huffman trees", ICALP 1976).
 */
function joinLightest(used: i32): void {
  for (let i = 0; i < used; i++) store<u32>(weights + 4 * i, load<u32>(ranked + 4 * i) >> 9);
  let leaf = 0;
  let inner = used;
  for (let made = used; made < 2 * used - 1; made++) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      const takesLeaf =
        leaf < used &&
        (inner == made || load<u32>(weights + 4 * leaf) <= load<u32>(weights + 4 * inner));
      const node = takesLeaf ? leaf++ : inner++;
      store<u16>(parents + 2 * node, <u16>made);
      weight += load<u32>(weights + 4 * node);
    }
    store<u32>(weights + 4 * made, weight);
  }
}

function countLeaves(used: i32): void {
  memory.fill(leaves, 0, 4 * deepest);
  const root = 2 * used - 2;
  store<u8>(depths + root, 0);
  for (let node = root - 1; node >= 0; node--) {
    const depth = load<u8>(depths + load<u16>(parents + 2 * node)) + 1;
    store<u8>(depths + node, depth);
    if (node < used) addLeaves(depth, 1);
  }
}

/**
 * Shortens codes that are too long. Of two leaves at the deepest level, one replaces their parent;
 * the other joins a leaf further up, one level below it (ITU-T T.81, figure K.3).
 */
function shorten(longest: i32): void {
  for (let depth = deepest - 1; depth > longest; depth--) {
    while (leavesAt(depth) > 0) {
      let above = depth - 2;
      while (leavesAt(above) == 0) above--;
      addLeaves(depth, -2);
      addLeaves(depth - 1, 1);
      addLeaves(above + 1, 2);
      addLeaves(above, -1);
    }
  }
}

function leavesAt(depth: i32): i32 {
  return load<i32>(leaves + 4 * depth);
}

function addLeaves(depth: i32, more: i32): void {
  store<i32>(leaves + 4 * depth, leavesAt(depth) + more);
}
