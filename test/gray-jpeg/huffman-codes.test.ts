import { expect, test } from 'vitest';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { bestTable, codesOf } from '../../src/gray-jpeg/huffman-codes.ts';

const countsOf = (counts: readonly number[]) =>
  Uint32Array.from({ length: 256 }, (_, i) => counts[i] ?? 0);

function costOf(counts: Uint32Array, codes: Uint32Array): number {
  return counts.reduce((sum, count, symbol) => sum + count * ((codes[symbol] as number) & 31), 0);
}

/** The bits of an optimal prefix code without a limit: the sum of all inner nodes. */
function optimum(counts: readonly number[]): number {
  const weights = counts.filter((count) => count > 0);
  let sum = 0;
  while (weights.length > 1) {
    weights.sort((a, b) => a - b);
    const merged = (weights.shift() as number) + (weights.shift() as number);
    sum += merged;
    weights.push(merged);
  }
  return sum;
}

const random = mulberry32(1);

test.each([
  ['one symbol', [0, 0, 9]],
  ['two symbols', [5, 9]],
  ['equal counts', Array.from({ length: 256 }, () => 7)],
  // Of these, no code needs more than 16 bits.
  ['random counts', Array.from({ length: 256 }, () => Math.floor(1 + 300 * random()))],
])('%s: a prefix code that costs as little as possible', (_, given) => {
  const counts = countsOf(given);
  const table = bestTable(counts);
  const codes = codesOf(table);
  const texts = [...codes]
    .filter((code) => code > 0)
    .map((code) => (code >> 5).toString(2).padStart(code & 31, '0'));
  expect(texts).toHaveLength(given.filter((count) => count > 0).length);
  for (const text of texts) {
    expect(texts.filter((other) => other.startsWith(text))).toEqual([text]);
    expect(text).toMatch(/0/);
  }
  // With the symbol that reserves the code of ones.
  const { counts: lengths } = table;
  const longest = lengths.findLastIndex((count) => count > 0) + 1;
  expect(costOf(counts, codes) + longest).toBeLessThanOrEqual(optimum([...given, 1]) + longest);
});

test('no code has more than 16 bits, however uneven the counts are', () => {
  const counts = [1, 1];
  while (counts.length < 40) counts.push((counts.at(-1) ?? 0) + (counts.at(-2) ?? 0));
  const { counts: lengths, symbols } = bestTable(countsOf(counts));
  expect(symbols.length).toBe(40);
  expect(lengths.reduce((sum, count) => sum + count, 0)).toBe(40);
  // Kraft’s inequality, with room for the code of ones.
  expect(lengths.reduce((sum, count, i) => sum + count * 2 ** (15 - i), 0)).toBeLessThan(2 ** 16);
});
