// What `npm run fuzz:jpeg -- --seconds 60 --seed 1` runs: random JPEGs, whole and damaged, whose luma is kept
// and whose pixels are decoded. It ends with the first whose coefficients differ from those that another
// reader finds, or whose pixels differ from sharp’s, or when its time is over.

import { isDeepStrictEqual } from 'node:util';
import { mulberry32 } from '../../src/convert/gray/mulberry32.ts';
import { hasWholeLuma, keepLuma } from '../../src/gray-jpeg/keep-luma.ts';
import { decodedBySharp, decodedRows } from '../../testing/decoded-jpeg.ts';
import { type PlainJpeg, readPlainJpeg } from '../../testing/plain-jpeg.ts';
import { randomJpeg } from '../../testing/random-jpeg.ts';
import { runSeeds } from '../../testing/run-seeds.ts';

const outcomes = { kept: 0, damaged: 0, decoded: 0 };

await runSeeds(
  'fuzz:jpeg',
  findFault,
  () => `${outcomes.kept} images kept, ${outcomes.damaged} rejected, ${outcomes.decoded} decoded`,
);

/** What is wrong with the output for a seed, if anything. */
async function findFault(seed: number): Promise<string | undefined> {
  const random = mulberry32(seed);
  const { bytes } = randomJpeg(seed);
  if (random() < 0.8) damage(bytes, random);
  return (await findWrongPixels(bytes)) ?? (await findWrongLuma(bytes));
}

async function findWrongPixels(bytes: Uint8Array): Promise<string | undefined> {
  const { isWhole, pixels } = await decodedRows(bytes, 1e6);
  if (!isWhole) return undefined;
  outcomes.decoded++;
  const { data } = await decodedBySharp(bytes, 'none');
  return Buffer.compare(pixels, data) === 0 ? undefined : 'The pixels differ from sharp’s.';
}

async function findWrongLuma(bytes: Uint8Array): Promise<string | undefined> {
  const { bytes: output, frame } = await keepLuma(bytes, { maxPixels: 1e6, onProgress() {} });
  if (!output || !frame || !hasWholeLuma(frame)) {
    outcomes.damaged++;
    return undefined;
  }
  outcomes.kept++;
  const [kept] = readPlainJpeg(output).components;
  const [luma] = readSource(bytes)?.components ?? [kept];
  const isEqual =
    isDeepStrictEqual(kept?.blocks, luma?.blocks) &&
    isDeepStrictEqual(kept?.quantizer, luma?.quantizer);
  return isEqual ? undefined : 'The output has other coefficients than the source.';
}

/** Undefined if the source is not regular. */
function readSource(bytes: Uint8Array): PlainJpeg | undefined {
  try {
    return readPlainJpeg(bytes);
  } catch {
    return undefined;
  }
}

/** Changes some bytes in place, anywhere after the start of the file. */
function damage(bytes: Buffer, random: () => number): void {
  const place = () => 2 + Math.floor(random() * (bytes.length - 2));
  for (let left = 1 + Math.floor(random() * 3); left > 0; left--) {
    const kind = random();
    if (kind < 0.5) bytes[place()] = Math.floor(random() * 256);
    else if (kind < 0.8) bytes.copyWithin(place(), place(), place());
    else bytes.fill(0, place(), place());
  }
}
