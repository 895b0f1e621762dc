/** CIE 1931 xy. */
export type Chromaticity = readonly [x: number, y: number];

export interface Primaries {
  red: Chromaticity;
  green: Chromaticity;
  blue: Chromaticity;
  white: Chromaticity;
}

const [d65, c] = [
  [0.3127, 0.329],
  [0.31, 0.316],
] as const;

const rec709: Primaries = { red: [0.64, 0.33], green: [0.3, 0.6], blue: [0.15, 0.06], white: d65 };
/** SMPTE 170M and 240M. */
const smpte: Primaries = {
  red: [0.63, 0.34],
  green: [0.31, 0.595],
  blue: [0.155, 0.07],
  white: d65,
};
const p3 = { red: [0.68, 0.32], green: [0.265, 0.69], blue: [0.15, 0.06] } as const;

/** ITU-T H.273 (07/2024), table 2. */
const primariesByCode: Readonly<Record<number, Primaries>> = {
  1: rec709,
  2: rec709,
  4: { red: [0.67, 0.33], green: [0.21, 0.71], blue: [0.14, 0.08], white: c },
  5: { red: [0.64, 0.33], green: [0.29, 0.6], blue: [0.15, 0.06], white: d65 },
  6: smpte,
  7: smpte,
  8: { red: [0.681, 0.319], green: [0.243, 0.692], blue: [0.145, 0.049], white: c },
  9: { red: [0.708, 0.292], green: [0.17, 0.797], blue: [0.131, 0.046], white: d65 },
  10: { red: [1, 0], green: [0, 1], blue: [0, 0], white: [1 / 3, 1 / 3] },
  11: { ...p3, white: [0.314, 0.351] },
  12: { ...p3, white: d65 },
  22: { red: [0.63, 0.34], green: [0.295, 0.605], blue: [0.155, 0.077], white: d65 },
};

/** Undefined for a reserved code point. */
export function primariesOf(primaries: number | Primaries): Primaries | undefined {
  return typeof primaries === 'number' ? primariesByCode[primaries] : primaries;
}

/**
 * The row-major matrix to XYZ, whose white has a Y of 1: SMPTE RP 177. Undefined if the
 * chromaticities are those of no colour space.
 */
export function xyzMatrix({ red, green, blue, white }: Primaries): number[] | undefined {
  const [r, g, b] = [columnOf(red), columnOf(green), columnOf(blue)];
  const target = xyzOfWhite(white);
  const all = determinant(r, g, b);
  const scales = [
    determinant(target, g, b) / all,
    determinant(r, target, b) / all,
    determinant(r, g, target) / all,
  ];
  if (!scales.every(Number.isFinite)) return undefined;
  return [0, 1, 2].flatMap((row) => [r, g, b].map((column, i) => at(column, row) * at(scales, i)));
}

/** http://www.brucelindbloom.com/Eqn_ChromAdapt.html, row-major. */
const bradford = [0.8951, 0.2664, -0.1614, -0.7502, 1.7135, 0.0367, 0.0389, -0.0685, 1.0296];
const inverseBradford = [
  0.9869929, -0.1470543, 0.1599627, 0.4323053, 0.5183603, 0.0492912, -0.0085287, 0.0400428,
  0.9684867,
];
/** ICC.1:2022, 7.2.16. */
const d50: Row = [0.9642, 1, 0.8249];

/** Adapts such a matrix to the white point of profiles. */
export function adaptedToD50(toXyz: readonly number[], white: Chromaticity): number[] {
  const [from, to] = [xyzOfWhite(white), d50].map((point) => times(bradford, point));
  const columns = [0, 1, 2].map((column) => {
    const cones = times(bradford, [
      at(toXyz, column),
      at(toXyz, column + 3),
      at(toXyz, column + 6),
    ]);
    return times(
      inverseBradford,
      cones.map((cone, i) => (cone * at(to, i)) / at(from, i)),
    );
  });
  return [0, 1, 2].flatMap((row) => columns.map((column) => at(column, row)));
}

type Row = readonly [number, number, number];

function at(numbers: readonly number[] | undefined, index: number): number {
  return numbers?.[index] ?? Number.NaN;
}

function columnOf([x, y]: Chromaticity): Row {
  return [x, y, 1 - x - y];
}

function xyzOfWhite([x, y]: Chromaticity): Row {
  return [x / y, 1, (1 - x - y) / y];
}

function determinant([a, b, c]: Row, [d, e, f]: Row, [g, h, i]: Row): number {
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}

function times(matrix: readonly number[], vector: readonly number[]): number[] {
  return [0, 3, 6].map((row) =>
    [0, 1, 2].reduce((sum, i) => sum + at(matrix, row + i) * at(vector, i), 0),
  );
}
