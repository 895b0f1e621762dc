import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';

/** Decisions that depend on a seed alone, made with mulberry32. */
export interface Draw {
  /** A whole number from 0 up to, but without, `end`. */
  below(end: number): number;
  /** Happens in this share of cases. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  bytes(count: number): Buffer;
}

/** Each case of a seed has decisions of its own, whatever the cases before it did. */
export function drawFor(seed: number, index: number): Draw {
  const random = mulberry32(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  const below = (end: number) => Math.floor(random() * end);
  return {
    below,
    chance: (share) => random() < share,
    pick: (items) => {
      if (items.length === 0) throw new Error('Expected something to pick from');
      return items[below(items.length)] as (typeof items)[number];
    },
    bytes: (count) => Buffer.from(Array.from({ length: count }, () => below(256))),
  };
}

/** Where arithmetic goes wrong: zero, one, and both sides of what each size of number can hold. */
const edges = [
  ...[0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 1_000, 4_095, 4_096],
  ...[0x7fff, 0x8000, 0xffff, 0x10000, 60_000, 0xffffff, 0x1000000],
  ...[0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff],
];

/** A number that decoders may not expect where `current` stands. */
export function drawNumber(draw: Draw, current: number): number {
  const ways = [
    () => draw.pick(edges),
    () => current + draw.pick([-8, -4, -2, -1, 1, 2, 4, 8]),
    () => current * draw.pick([2, 3, 4, 256]),
    () => current >> draw.pick([1, 2, 8]),
    () => draw.below(256),
    () => draw.below(2 ** 32),
  ];
  return draw.pick(ways)();
}
