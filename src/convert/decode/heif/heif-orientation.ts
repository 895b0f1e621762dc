import type { HeifItem } from './heif-items.ts';

/** Which stored corner is at each position, clockwise from the upper left. */
type Corners = readonly [number, number, number, number];

/** EXIF orientations by their two upper corners. */
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
 * The combined effect of the item’s rotations and mirrors. Its EXIF orientation is ignored: ISO/IEC
 * 23008-12, A.2.1. An iPhone writes both, with the same meaning.
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
