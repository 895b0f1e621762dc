/**
 * P-values of several tests at once, raised so that all of them together are wrong no more often than
 * one: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", Scandinavian Journal of
 * Statistics 6, 1979. R's `p.adjust(p, "holm")`.
 */
export function adjustPValues(pValues: number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => at(pValues, a) - at(pValues, b));
  const adjusted = new Array<number>(pValues.length).fill(1);
  let least = 0;
  for (const [rank, index] of order.entries()) {
    least = Math.max(least, Math.min(1, (pValues.length - rank) * at(pValues, index)));
    adjusted[index] = least;
  }
  return adjusted;
}

function at(values: number[], index: number): number {
  return values[index] as number;
}
