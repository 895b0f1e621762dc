import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { compileAssembly } from '../../tools/compile-assembly.ts';

interface Stages {
  memory: { buffer: ArrayBuffer };
  input: { value: number };
  results: { value: number };
  output: { value: number };
  scratchEnd: { value: number };
  resetAdler(): void;
  addToAdler(at: number, bytes: number): void;
  adler(): number;
  findCodeLengths(counts: number, symbols: number, longest: number, lengths: number): void;
  makeCodes(lengths: number, symbols: number, codes: number): void;
  deflateAll(bytes: number): number;
}

let stages: Stages;
let heap: Uint8Array;
let words: Uint32Array;

beforeAll(async () => {
  const wasm = compileAssembly('gray-png', 'test/gray-png/assembly/stages.ts');
  const module = await WebAssembly.compile(Uint8Array.from(wasm));
  stages = new WebAssembly.Instance(module, {}).exports as unknown as Stages;
  heap = new Uint8Array(stages.memory.buffer);
  words = new Uint32Array(stages.memory.buffer);
});

test('the compiler’s own data begins after all buffers', () => {
  expect(stages.scratchEnd.value).toBeLessThanOrEqual(0x2d0000);
});

describe('Adler-32', () => {
  test.each([
    ['nothing', Uint8Array.of(), 1],
    // RFC 1950 has no example; these are by Mark Adler and from Wikipedia.
    ['Wikipedia', Buffer.from('Wikipedia'), 0x11e60398],
    ['abc', Buffer.from('abc'), 0x024d0127],
  ])('of %s matches the published value', (_, bytes, sum) => {
    expect(adlerOf([bytes])).toBe(sum);
  });

  test('follows the definition, however the bytes are split', () => {
    const bytes = fc.uint8Array({ maxLength: 20_000, size: 'max' });
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 4 }), (parts) => {
        expect(adlerOf(parts)).toBe(definedAdler(Buffer.concat(parts)));
      }),
      { numRuns: 60 },
    );
  });

  test('of white, whose sums are the largest', () => {
    const white = new Uint8Array(100_000).fill(255);
    expect(adlerOf([white])).toBe(definedAdler(white));
  });

  function adlerOf(parts: Uint8Array[]): number {
    stages.resetAdler();
    for (const part of parts) {
      heap.set(part, stages.input.value);
      stages.addToAdler(stages.input.value, part.length);
    }
    return stages.adler() >>> 0;
  }

  /** RFC 1950, 9. */
  function definedAdler(bytes: Uint8Array): number {
    let [s1, s2] = [1, 0];
    for (const byte of bytes) {
      s1 = (s1 + byte) % 65_521;
      s2 = (s2 + s1) % 65_521;
    }
    return s2 * 65_536 + s1;
  }
});

describe('code lengths', () => {
  const counts = fc.array(
    fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 65_536 })),
    { minLength: 2, maxLength: 286 },
  );

  test('fill the code space exactly, and none is too long', () => {
    fc.assert(
      fc.property(counts, fc.constantFrom(9, 14), (counts, longest) => {
        const lengths = lengthsOf(counts, longest);
        const used = lengths.filter((length) => length > 0);
        expect(lengths.map((length) => length > 0)).toEqual(counts.map((count) => count > 0));
        expect(Math.max(0, ...used)).toBeLessThanOrEqual(longest);
        if (used.length > 1) expect(kraft(used)).toBe(1);
      }),
    );
  });

  test('are those of the shortest code when none would be too long', () => {
    fc.assert(
      fc.property(counts, (counts) => {
        const small = counts.map((count) => count % 40);
        const lengths = lengthsOf(small, 14);
        expect(bitsOf(small, lengths)).toBe(huffmanBits(small));
      }),
    );
  });

  // Shortening them this way is not optimal, but such counts hardly occur.
  test.each([
    { longest: 7, symbols: 19, maxRatio: 1.12 },
    { longest: 14, symbols: 24, maxRatio: 1.03 },
  ])('are at most $longest when counts grow like the Fibonacci numbers', (limits) => {
    const { longest, symbols, maxRatio } = limits;
    const counts = [1, 1];
    while (counts.length < symbols) counts.push((counts.at(-1) ?? 0) + (counts.at(-2) ?? 0));
    const lengths = lengthsOf(counts, longest);
    expect(Math.max(...lengths)).toBe(longest);
    expect(kraft(lengths)).toBe(1);
    const optimalBits = minBits(counts, longest);
    expect(bitsOf(counts, lengths)).toBeGreaterThanOrEqual(optimalBits);
    expect(bitsOf(counts, lengths)).toBeLessThan(optimalBits * maxRatio);
  });

  test('are one for a single symbol', () => {
    expect(lengthsOf([0, 7, 0], 14)).toEqual([0, 1, 0]);
  });

  test('produce the codes of RFC 1951, 3.2.2', () => {
    const lengths = [3, 3, 3, 3, 3, 2, 4, 4];
    heap.set(lengths, stages.input.value);
    stages.makeCodes(stages.input.value, lengths.length, stages.results.value);
    const codes = lengths.map((length, symbol) => {
      const word = words[stages.results.value / 4 + symbol] as number;
      expect(word >>> 16).toBe(length);
      return [...(word & 0xffff).toString(2).padStart(length, '0')].reverse().join('');
    });
    expect(codes).toEqual(['010', '011', '100', '101', '110', '00', '1110', '1111']);
  });

  function lengthsOf(counts: number[], longest: number): number[] {
    words.set(counts, stages.input.value / 4);
    const into = stages.results.value;
    stages.findCodeLengths(stages.input.value, counts.length, longest, into);
    return [...heap.subarray(into, into + counts.length)];
  }

  function kraft(lengths: number[]): number {
    return lengths.reduce((sum, length) => sum + 2 ** -length, 0);
  }

  function bitsOf(counts: number[], lengths: number[]): number {
    return counts.reduce((sum, count, i) => sum + count * (lengths[i] as number), 0);
  }

  /**
   * The optimum among codes within the limit, by joining pairs of equal weight level by level: L. Larmore,
   * D. Hirschberg, "A fast algorithm for optimal length-limited Huffman codes", JACM 1990.
   */
  function minBits(counts: number[], longest: number): number {
    const coins = counts.filter((count) => count > 0).sort((a, b) => a - b);
    let row = coins;
    for (let level = 1; level < longest; level++) {
      const pairs = row.flatMap((coin, i) => (i % 2 ? [coin + (row[i - 1] as number)] : []));
      row = [...coins, ...pairs].sort((a, b) => a - b);
    }
    return row.slice(0, 2 * coins.length - 2).reduce((sum, coin) => sum + coin, 0);
  }

  /** The sum of all inner nodes of the Huffman tree, computed the simplest way. */
  function huffmanBits(counts: number[]): number {
    const weights = counts.filter((count) => count > 0);
    if (weights.length === 1) return weights[0] as number;
    let bits = 0;
    while (weights.length > 1) {
      weights.sort((a, b) => b - a);
      const joined = (weights.pop() as number) + (weights.pop() as number);
      weights.push(joined);
      bits += joined;
    }
    return bits;
  }
});

describe('a block', () => {
  test.each([
    ['nothing', 0],
    ['one byte', 1],
    ['two bytes', 2],
    ['bytes up to the length where only dynamic codes are tried', 1_023],
    ['that many', 1_024],
    ['as many as a stored one holds', 65_535],
  ])('of %s is decoded by zlib, for any bytes', (_, length) => {
    for (const values of [1, 2, 3, 17, 200, 256]) {
      const random = mulberry32(length + values);
      expectInflated(Uint8Array.from({ length }, () => random() * values));
    }
  });

  // 3 and 258 are the shortest and the longest match; runs are detected from 16 on.
  test('with runs of any length, at any position, is decoded by zlib', () => {
    const lengths = [
      ...Array(40).keys(),
      ...[257, 258, 259, 260, 261, 262],
      ...[515, 516, 517, 519],
    ];
    for (const start of [0, 1, 15, 16, 17]) {
      const bytes = lengths.flatMap((length, i) => [
        ...Array(start)
          .fill(0)
          .map((_, k) => k * 7),
        ...Array(length).fill(i & 1 ? 200 : 0),
      ]);
      expectInflated(Uint8Array.from(bytes));
    }
    expectInflated(new Uint8Array(65_535));
  });

  test('split into any pieces is decoded by zlib', () => {
    const piece = fc.record({ value: fc.nat(255), times: fc.oneof(fc.nat(20), fc.nat(600)) });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 80 }), (pieces) => {
        const bytes = pieces.flatMap(({ value, times }) => Array(times).fill(value));
        expectInflated(Uint8Array.from(bytes));
      }),
    );
  });

  test('that repeats itself is a copy', () => {
    const random = mulberry32(11);
    const noise = Uint8Array.from({ length: 1_000 }, () => random() * 256);
    const bytes = Buffer.concat(Array(20).fill(noise));
    expectInflated(bytes);
    expect(deflated(bytes).length).toBeLessThan(1_400);
  });

  test('of parts that occurred before, in any order, is decoded by zlib', () => {
    const random = mulberry32(12);
    const words = Array.from({ length: 30 }, (_, i) =>
      Uint8Array.from({ length: 3 + i * 9 }, () => random() * 6),
    );
    for (let run = 0; run < 20; run++) {
      const parts = Array.from(
        { length: 400 },
        () => words[Math.floor(random() * 30)] as Uint8Array,
      );
      expectInflated(Buffer.concat(parts).subarray(0, 65_535));
    }
  });

  test('of noise is stored, with five extra bytes', () => {
    const random = mulberry32(3);
    const noise = Uint8Array.from({ length: 60_000 }, () => random() * 256);
    expect(deflated(noise).length).toBe(noise.length + 5);
  });

  test('of one long run is a few bytes', () => {
    expect(deflated(new Uint8Array(65_535)).length).toBeLessThan(100);
  });

  test('of skewed bytes takes about their entropy', () => {
    const random = mulberry32(5);
    const bytes = Uint8Array.from({ length: 60_000 }, () => Math.floor(random() ** 4 * 60) * 3);
    const counts = new Map<number, number>();
    for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
    const bits = [...counts.values()].reduce((sum, n) => sum - n * Math.log2(n / bytes.length), 0);
    expect(deflated(bytes).length * 8).toBeLessThan(bits * 1.02);
  });

  function deflated(bytes: Uint8Array): Uint8Array {
    heap.set(bytes, stages.input.value);
    const length = stages.deflateAll(bytes.length);
    return heap.slice(stages.output.value, stages.output.value + length);
  }

  function expectInflated(bytes: Uint8Array): void {
    expect(Buffer.compare(inflateRawSync(deflated(bytes)), bytes)).toBe(0);
  }
});
