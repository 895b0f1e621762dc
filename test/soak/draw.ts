import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';

/** Decisions that depend only on a seed, made with mulberry32. */
export interface Draw {
  /** A whole number from 0 up to, but excluding, `end`. */
  below(end: number): number;
  /** True in this share of cases. */
  chance(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  bytes(count: number): Buffer;
}

/** Each index under a seed has decisions that do not depend on the other indexes. */
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
