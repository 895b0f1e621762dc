import type { HuffmanDefinition } from './tables.ts';

/** Codes have at most 16 bits. */
const maxLength = 16;

/**
 * Returns the table with the fewest bits for these counts of symbols: ITU-T T.81, K.2. No code consists
 * of ones only.
 */
export function bestTable(counts: Uint32Array): HuffmanDefinition {
  const lengths = codeLengths(counts);
  const codesOfLength = limitLengths(lengths);
  const used = [...counts.keys()].filter((symbol) => (counts[symbol] ?? 0) > 0);
  const byLength = (a: number, b: number) => (lengths[a] ?? 0) - (lengths[b] ?? 0) || a - b;
  return { counts: codesOfLength, symbols: Uint8Array.from(used.sort(byLength)) };
}

/**
 * The length of each symbol’s code, and of one more, which becomes that of ones: figure K.1, with the
 * two queues of van Leeuwen (1976).
 */
function codeLengths(counts: Uint32Array): number[] {
  const weights = [...counts, 1];
  const leaves = [...weights.keys()].filter((symbol) => (weights[symbol] as number) > 0);
  // The longest codes come first, and the reserved one among them.
  leaves.sort((a, b) => (weights[a] as number) - (weights[b] as number) || b - a);
  const sums = leaves.map((symbol) => weights[symbol] as number);
  const parents: number[] = [];
  let [leaf, tree] = [0, leaves.length];
  for (let parent = leaves.length; parent < 2 * leaves.length - 1; parent++) {
    let sum = 0;
    for (let child = 0; child < 2; child++) {
      const isLeaf =
        leaf < leaves.length &&
        (tree >= parent || (sums[leaf] as number) <= (sums[tree] as number));
      const smallest = isLeaf ? leaf++ : tree++;
      sum += sums[smallest] as number;
      parents[smallest] = parent;
    }
    sums.push(sum);
  }
  const depths = sums.map(() => 0);
  for (let node = sums.length - 2; node >= 0; node--) {
    depths[node] = (depths[parents[node] as number] as number) + 1;
  }
  const lengths = weights.map(() => 0);
  for (const [i, symbol] of leaves.entries()) lengths[symbol] = depths[i] as number;
  return lengths;
}

/** The number of codes of each length up to 16, without the reserved one: figures K.3 and K.4. */
function limitLengths(lengths: readonly number[]): Uint8Array {
  const numbers = new Uint16Array(Math.max(...lengths, maxLength) + 1);
  for (const length of lengths) if (length > 0) numbers[length] = (numbers[length] ?? 0) + 1;
  const add = (length: number, count: number) => {
    numbers[length] = (numbers[length] ?? 0) + count;
  };
  for (let length = numbers.length - 1; length > maxLength; length--) {
    while ((numbers[length] ?? 0) > 0) {
      let shorter = length - 2;
      while (numbers[shorter] === 0) shorter--;
      add(length, -2);
      add(length - 1, 1);
      add(shorter + 1, 2);
      add(shorter, -1);
    }
  }
  add(
    numbers.findLastIndex((count) => count > 0),
    -1,
  );
  return Uint8Array.from(numbers.subarray(1, maxLength + 1));
}

const lengthBits = 5;

/** The code of each symbol, with its length in the lowest 5 bits: ITU-T T.81, annex C. */
export function codesOf({ counts, symbols }: HuffmanDefinition): Uint32Array {
  const codes = new Uint32Array(256);
  let [code, index] = [0, 0];
  for (const [i, count] of counts.entries()) {
    for (let left = count; left > 0; left--) {
      codes[symbols[index++] as number] = (code++ << lengthBits) | (i + 1);
    }
    code <<= 1;
  }
  return codes;
}
