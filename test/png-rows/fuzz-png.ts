// What `npm run fuzz:png -- --seconds 60 --seed 1` runs: random PNGs, whole and damaged. Whole ones must be
// decoded like sharp does; damaged ones are not taken, or decoded like sharp does. It ends with the first
// that differs, or when its time is over.

import { isDeepStrictEqual } from 'node:util';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { randomPng } from '../../testing/random-png.ts';
import { runSeeds } from '../../testing/run-seeds.ts';
import { decodeRows, decodeWithSharp } from './decoders.ts';

const outcomes = { decoded: 0, rejected: 0 };

await runSeeds(
  'fuzz:png',
  findFault,
  () => `${outcomes.decoded} images decoded, ${outcomes.rejected} rejected`,
);

/** What is wrong with the pixels for a seed, if anything. */
async function findFault(seed: number): Promise<string | undefined> {
  const random = mulberry32(seed);
  const below = (max: number) => Math.floor(random() * max);
  const isDamaged = below(3) === 0;
  const isLarge = below(20) === 0;
  const png = randomPng(seed, {
    ...(isLarge && { width: 1 + below(2_000), height: 1 + below(200) }),
    ...(isDamaged && { damage: (data) => damage(data, below) }),
  });
  if (below(10) === 0) png[below(png.length)] = below(256);
  else if (!isDamaged) return await compare(png);
  const decoded = await decodeRows(png);
  if (decoded) return await compare(png);
  outcomes.rejected++;
  return undefined;
}

async function compare(png: Buffer): Promise<string | undefined> {
  outcomes.decoded++;
  const isEqual = isDeepStrictEqual(await decodeRows(png), await decodeWithSharp(png));
  return isEqual ? undefined : 'The pixels differ from those of sharp.';
}

function damage(data: Buffer, below: (max: number) => number): Buffer {
  const damaged = Buffer.from(data);
  for (let count = 1 + below(3); count > 0; count--) {
    damaged[below(below(2) === 0 ? 40 : data.length)] = below(256);
  }
  return below(4) === 0 ? damaged.subarray(0, below(data.length)) : damaged;
}
