import type { HeifItem } from './heif-items.ts';

/** Which stored corner is where, from the upper left one clockwise. */
type Corners = readonly [number, number, number, number];

/** EXIF’s number by the two upper corners. */
const exifOrientations: Record<string, number> = {
  '01': 1,
  '10': 2,
  '23': 3,
  '32': 4,
  '03': 5,
  '30': 6,
  '21': 7,
  '12': 8,
};

/**
 * What the item’s rotations and mirrors amount to. An orientation in its EXIF does not count:
 * ISO/IEC 23008-12, A.2.1 has it ignored. An iPhone writes both, saying the same.
 */
export function heifOrientation({ properties }: HeifItem): number {
  let corners: Corners = [0, 1, 2, 3];
  for (const { type, body } of properties) {
    const value = body[0] ?? 0;
    if (type === 'irot') corners = turnedLeft(corners, value & 3);
    if (type === 'imir') corners = mirrored(corners, (value & 1) === 1);
  }
  return exifOrientations[`${corners[0]}${corners[1]}`] ?? 1;
}

function turnedLeft(corners: Corners, quarters: number): Corners {
  const [a, b, c, d] = corners;
  return quarters === 0 ? corners : turnedLeft([b, c, d, a], quarters - 1);
}

function mirrored([a, b, c, d]: Corners, isLeftRight: boolean): Corners {
  return isLeftRight ? [b, a, d, c] : [d, c, b, a];
}
