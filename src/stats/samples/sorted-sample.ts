declare const sorted: unique symbol;

/** At least one finite number, in ascending order; only {@link sortedSample} creates one. */
export type SortedSample = number[] & { readonly [sorted]: true };

/**
 * Returns a sorted copy. Throws a RangeError for an empty sample and for values that are not
 * finite.
 */
export function sortedSample(values: ArrayLike<number>): SortedSample {
  if (values.length === 0) throw new RangeError('Expected at least one value but received none.');
  // A typed array sorts by numeric value, and several times as fast.
  const ascending = Float64Array.from(values).sort();
  for (const end of [ascending[0], ascending.at(-1)]) {
    // NaN sorts to the end.
    if (!Number.isFinite(end)) {
      throw new RangeError(`Expected finite numbers but received ${end}.`);
    }
  }
  return Array.from(ascending) as SortedSample;
}
