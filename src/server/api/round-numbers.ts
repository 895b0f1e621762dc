/** More digits of a measured time would be noise. */
const digits = 6;

/** Returns the value with all its fractions rounded to 6 significant digits. */
export function roundNumbers<Value>(value: Value): Value {
  if (typeof value === 'number') return roundNumber(value) as Value;
  if (Array.isArray(value)) return value.map(roundNumbers) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, item]) => [name, roundNumbers(item)]);
  return Object.fromEntries(entries) as Value;
}

function roundNumber(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(digits));
}
