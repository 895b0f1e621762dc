declare const sorted: unique symbol;

/** At least one finite number, in ascending order; only {@link sortedSample} makes one. */
export type SortedSample = number[] & { readonly [sorted]: true };

/** A sorted copy. Throws a RangeError for an empty sample and for what is no finite number. */
export function sortedSample(values: ArrayLike<number>): SortedSample {
  if (values.length === 0) throw new RangeError('Expected at least one value but received none.');
  // A typed array sorts numbers as numbers, and several times as fast.
  const ascending = Float64Array.from(values).sort();
  for (const end of [ascending[0], ascending.at(-1)]) {
    // NaN is sorted to the end.
    if (!Number.isFinite(end)) {
      throw new RangeError(`Expected finite numbers but received ${end}.`);
    }
  }
  return Array.from(ascending) as SortedSample;
}
