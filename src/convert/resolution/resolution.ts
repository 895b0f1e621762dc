/**
 * How many pixels a unit of length has across and down, in the unit of the file. As stored: an
 * orientation of 5 to 8 swaps the two.
 */
export interface Resolution {
  x: number;
  y: number;
  unit: 'inch' | 'centimetre';
}

const inchesPerMetre = 1 / 0.0254;

/** Undefined unless both are positive numbers: files often have zeros where nothing is known. */
export function resolutionOf(
  x: number | undefined,
  y: number | undefined,
  unit: Resolution['unit'],
): Resolution | undefined {
  return isPositive(x) && isPositive(y) ? { x, y, unit } : undefined;
}

function isPositive(value: number | undefined): value is number {
  return value !== undefined && value > 0 && Number.isFinite(value);
}

/** The resolution after a quarter turn. */
export function turned({ x, y, unit }: Resolution): Resolution {
  return { x: y, y: x, unit };
}

export function inInches({ x, y, unit }: Resolution): [x: number, y: number] {
  return unit === 'inch' ? [x, y] : [x * 2.54, y * 2.54];
}

export function inMetres({ x, y, unit }: Resolution): [x: number, y: number] {
  const perMetre = unit === 'inch' ? inchesPerMetre : 100;
  return [x * perMetre, y * perMetre];
}
