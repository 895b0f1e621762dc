// Builds files from lists of parts: text has one byte per character, numbers say how they are
// stored.

export type Part = string | Uint8Array | readonly number[];

export function joined(...parts: readonly Part[]): Buffer {
  return Buffer.concat(
    parts.map((part) =>
      typeof part === 'string' ? Buffer.from(part, 'latin1') : Uint8Array.from(part),
    ),
  );
}

export function le16(...numbers: number[]): Buffer {
  return joined(...numbers.map((n) => [n & 255, (n >> 8) & 255]));
}

export function le32(...numbers: number[]): Buffer {
  return joined(...numbers.map((n) => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24]));
}

export function be16(...numbers: number[]): Buffer {
  return le16(...numbers.toReversed()).reverse();
}

export function be32(...numbers: number[]): Buffer {
  return le32(...numbers.toReversed()).reverse();
}

/** Samples of 1, 2, 4 or 8 bits, the first in the highest bits of the first byte. */
export function packed(samples: Iterable<number>, bits: number): Buffer {
  const digits = [...samples].map((sample) => sample.toString(2).padStart(bits, '0')).join('');
  const bytes = digits.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2)));
}

/** Splits into chunks of a size; the last one may be shorter. */
export function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

/** Groups equal neighbours; values with the same `keyOf` are equal. */
export function runsOf<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const runs: Item[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last?.[0] !== undefined && keyOf(last[0]) === keyOf(item)) last.push(item);
    else runs.push([item]);
  }
  return runs;
}
