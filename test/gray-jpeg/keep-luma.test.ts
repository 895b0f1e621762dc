import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { hasWholeLuma, keepLuma } from '../../src/gray-jpeg/keep-luma.ts';
import { photoLike } from '../../testing/images.ts';
import { readPlainJpeg } from '../../testing/plain-jpeg.ts';
import { randomJpeg } from '../../testing/random-jpeg.ts';

const options = { maxPixels: 1e8, onProgress: () => {} };
const size = { width: 203, height: 117 };

async function kept(bytes: Uint8Array) {
  const { bytes: output, frame, reason, scans } = await keepLuma(bytes, options);
  if (!output) throw new Error(`Expected an output: ${reason} ${JSON.stringify(scans)}`);
  expect(frame && hasWholeLuma(frame)).toBe(true);
  return { output, ...readPlainJpeg(output) };
}

test('1,000 random JPEGs of every sampling keep their coefficients and quantization', async () => {
  for (let seed = 0; seed < 1_000; seed++) {
    const { bytes, blocks, quantizer, width, height } = randomJpeg(seed);
    const { components, ...image } = await kept(bytes);
    const [luma] = components;
    expect({ seed, ...image }).toMatchObject({ seed, width, height });
    expect(components.length, `seed ${seed}`).toBe(1);
    expect(luma, `seed ${seed}`).toMatchObject({ horizontal: 1, vertical: 1, quantizer });
    expect(luma?.blocks, `seed ${seed}`).toEqual(blocks);
  }
});

const fixture = (name: string) =>
  readFile(new URL(`../convert/damaged-files/${name}`, import.meta.url));

const sources: [name: string, make: () => Promise<Buffer>][] = [
  ['baseline, 4:2:0', () => photoLike(size).jpeg().toBuffer()],
  ['baseline, 4:4:4', () => photoLike(size).jpeg({ chromaSubsampling: '4:4:4' }).toBuffer()],
  ['quality 100', () => photoLike(size).jpeg({ quality: 100 }).toBuffer()],
  ['gray', () => photoLike(size).toColourspace('b-w').jpeg().toBuffer()],
  ['progressive', () => photoLike(size).jpeg({ progressive: true }).toBuffer()],
  ['mozjpeg', () => photoLike(size).jpeg({ mozjpeg: true, quality: 60 }).toBuffer()],
  [
    'gray and progressive',
    () => photoLike(size).toColourspace('b-w').jpeg({ mozjpeg: true }).toBuffer(),
  ],
  ['restart markers', () => fixture('restarts.jpg')],
  ['progressive with restart markers', () => fixture('progressive-restarts.jpg')],
  ['a scan for each component', () => fixture('three-scans.jpg')],
  [
    'without an end marker',
    async () => Buffer.concat([await fixture('no-end-marker.jpg'), Buffer.of(0xff, 0xd9)]),
  ],
];

describe.each(sources)('%s', (_, make) => {
  test('keeps its coefficients, is a baseline file of one component, and smaller', async () => {
    const bytes = await make();
    const source = readPlainJpeg(bytes);
    const { output, frame, markers, components } = await kept(bytes);
    expect(frame).toBe(0xc0);
    expect(markers).toEqual([0xdb, 0xc0, 0xc4, 0xda, 0xd9]);
    expect(components[0]?.blocks).toEqual(source.components[0]?.blocks);
    expect(components[0]?.quantizer).toEqual(source.components[0]?.quantizer);
    // A progressive file may be smaller than a baseline one.
    expect(output.length).toBeLessThan(bytes.length * 1.08);
    expect(await sharp(output, { failOn: 'warning' }).metadata()).toMatchObject({ channels: 1 });
  });
});

test('segments follow the start of the file', async () => {
  const comment = Buffer.from('\xff\xfe\0\x04hi', 'latin1');
  const { bytes } = await keepLuma(await fixture('whole.jpg'), { ...options, segments: [comment] });
  expect(Buffer.from(bytes ?? []).subarray(0, 8)).toEqual(
    Buffer.concat([Buffer.of(0xff, 0xd8), comment]),
  );
});

test('nothing is written of a damaged file', async () => {
  const { bytes, scans } = await keepLuma(await fixture('half-scan.jpg'), options);
  expect({ bytes, scans }).toMatchObject({ bytes: undefined, scans: [{ missingShare: 0.5 }] });
});

test('the size so far is reported, and an error ends the work', async () => {
  const bytes = await photoLike({ width: 900, height: 700 }).jpeg({ quality: 100 }).toBuffer();
  const sizes: number[] = [];
  const { bytes: output } = await keepLuma(bytes, {
    maxPixels: 1e8,
    onProgress: (sizeBytes) => void sizes.push(sizeBytes),
  });
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  expect(Math.max(...sizes)).toBeGreaterThan((output?.length ?? 0) / 2);
  const onProgress = (sizeBytes: number) => {
    if (sizeBytes > 0) throw new Error('too large');
  };
  await expect(keepLuma(bytes, { maxPixels: 1e8, onProgress })).rejects.toThrow('too large');
});
