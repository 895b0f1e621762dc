import fc, { type Arbitrary } from 'fast-check';

/** The simple value in this percentage of cases; a find is simplified to it if it shows the same fault. */
export function simpleIn<Simple, Other>(
  percent: number,
  simple: Arbitrary<Simple>,
  other: Arbitrary<Other>,
): Arbitrary<Simple | Other> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: percent, arbitrary: simple },
    { weight: 100 - percent, arbitrary: other },
  );
}

/** True in this percentage of cases. */
export function chance(percent: number): Arbitrary<boolean> {
  return simpleIn(100 - percent, fc.constant(false), fc.constant(true));
}

/** At least 0 and less than 1. Picks a position in a list or a file whose length is not yet known. */
export const shares = fc.noBias(fc.nat(2 ** 30 - 1)).map((n) => n / 2 ** 30);

export function itemAt<Item>(items: readonly Item[], share: number): Item | undefined {
  return items[Math.floor(share * items.length)];
}

/** Values where arithmetic goes wrong: zero, one, and both sides of the limits of each integer size. */
const edges = [
  ...[0, 1, 2, 3, 7, 8, 15, 16, 31, 32, 63, 64, 100, 127, 128, 255, 256, 1_000, 4_095, 4_096],
  ...[0x7fff, 0x8000, 0xffff, 0x10000, 60_000, 0xffffff, 0x1000000],
  ...[0x7ffffffe, 0x7fffffff, 0x80000000, 0xfffffff0, 0xfffffffe, 0xffffffff],
];

/** Numbers that a decoder may not expect in place of the current one. */
export const unexpectedNumbers: Arbitrary<(current: number) => number> = fc.oneof(
  fc.constantFrom(...edges).map((edge) => () => edge),
  fc.constantFrom(-8, -4, -2, -1, 1, 2, 4, 8).map((step) => (current: number) => current + step),
  fc.constantFrom(2, 3, 4, 256).map((factor) => (current: number) => current * factor),
  fc.constantFrom(1, 2, 8).map((bits) => (current: number) => current >> bits),
  fc.nat(255).map((byte) => () => byte),
  fc.integer({ min: 0, max: 0xffffffff }).map((number) => () => number),
);
