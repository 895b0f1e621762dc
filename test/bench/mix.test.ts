import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findInputs, generateInputs, type Input, kinds } from '../../bench/conversions/inputs.ts';
import { measureConversions } from '../../bench/conversions/measure-conversions.ts';
import { summarize } from '../../bench/conversions/summarize.ts';
import { renderTables } from '../../bench/tables.ts';
import { openImage, toGrayscale } from '../../src/convert/index.ts';
import { adobeColorants, curv, rgbProfile } from '../../testing/icc.ts';

let folder = '';
let inputs: Input[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bench-mix-'));
  inputs = await generateInputs(folder, { maxMegapixels: 0.03 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const bytesOf = (name: string) => readFile(join(folder, name));
const headerOf = async (name: string) => sharp(await bytesOf(name)).metadata();
const profileOf = async (name: string) => (await headerOf(name)).icc?.toString('latin1') ?? '';

describe('the generated mix', () => {
  test('has shares that add up to 1, and whole numbers of 50 images', () => {
    expect(inputs.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(Object.values(kinds).filter(({ share }) => share % 2 !== 0)).toEqual([]);
  });

  test('ranges from 0.02 to 24 megapixels', () => {
    const sizes = Object.values(kinds).map(({ megapixels }) => megapixels);
    expect([Math.min(...sizes), Math.max(...sizes)]).toEqual([0.02, 24]);
  });

  test.each(Object.keys(kinds))('has a file %s that converts', async (name) => {
    const input = inputs.find((each) => each.name === name);
    const { width, height } = await toGrayscale(await bytesOf(name));
    expect(input?.megapixels).toBeCloseTo((width * height) / 1e6, 6);
    const expected = Math.min(kinds[name]?.megapixels ?? 0, 0.03);
    if (name !== 'display-p3.heic') expect(input?.megapixels).toBeCloseTo(expected, 2);
  });

  test('is equal each time', async () => {
    const again = join(folder, 'again');
    for (const { name } of await generateInputs(again, { maxMegapixels: 0.03 })) {
      expect((await readFile(join(again, name))).equals(await bytesOf(name)), name).toBe(true);
    }
  });

  test.each(['small.jpg', 'photo.png', 'photo.webp', 'sky.jpg'])(
    'has no profile in %s',
    async (name) => {
      expect(await profileOf(name)).toBe('');
    },
  );

  test('has profiles where the name says so', async () => {
    // Names are UTF-16.
    expect((await profileOf('srgb.jpg')).replaceAll('\0', '')).toContain('sRGB');
    const displayP3 = await profileOf('display-p3.jpg');
    expect(displayP3.replaceAll('\0', '')).toContain('P3');
    expect(await profileOf('display-p3.png')).toBe(displayP3);
    expect((await bytesOf('display-p3.heic')).toString('latin1')).toContain(displayP3);
    const adobeRgb = rgbProfile(curv(563 / 256), adobeColorants);
    expect(await profileOf('adobe-rgb.jpg')).toBe(adobeRgb.toString('latin1'));
  });

  test.each([
    ['medium.jpg', { format: 'jpeg', isProgressive: false }],
    ['progressive.jpg', { format: 'jpeg', isProgressive: true }],
    ['16-bit.png', { format: 'png', depth: 'ushort', channels: 3 }],
    ['photo.png', { format: 'png', depth: 'uchar', channels: 3 }],
    ['scan.png', { format: 'png', channels: 1 }],
    ['drawing.png', { format: 'png', isPalette: true }],
    ['photo.webp', { format: 'webp', channels: 3 }],
  ])('encodes %s as its name says', async (name, expected) => {
    expect(await headerOf(name)).toMatchObject(expected);
  });

  test('has HEIC that is detected as HEIC', async () => {
    const { header, close } = await openImage(await bytesOf('display-p3.heic'));
    close();
    expect(header).toMatchObject({ format: 'heic', width: 2048, height: 512 });
  });

  test('fills the lower bytes of 16 bits', async () => {
    const raw = sharp(await bytesOf('16-bit.png')).toColourspace('rgb16');
    const data = await raw.raw({ depth: 'ushort' }).toBuffer();
    const lowBytes = new Set(data.filter((_, i) => i % 2 === 0));
    const copied = data.filter((byte, i) => i % 2 === 0 && byte === data[i + 1]);
    expect(lowBytes.size).toBe(256);
    expect(copied.length).toBeLessThan(data.length / 2 / 20);
  });

  test('is overexposed in the sky, dark at night and soft when blurred', async () => {
    const grayOf = async (name: string) => sharp(await bytesOf(name)).grayscale();
    const sky = await (await grayOf('sky.jpg')).raw().toBuffer();
    expect(sky.filter((value) => value === 255).length / sky.length).toBeGreaterThan(0.1);
    const meanOf = async (name: string) => (await (await grayOf(name)).stats()).channels[0]?.mean;
    expect(await meanOf('night.jpg')).toBeLessThan(0.3 * ((await meanOf('small.jpg')) ?? 0));
    const sharpnessOf = async (name: string) => (await (await grayOf(name)).stats()).sharpness;
    expect(await sharpnessOf('blurred.jpg')).toBeLessThan(0.5 * (await sharpnessOf('small.jpg')));
  });
});

test('takes the photos of a folder with equal shares, the smallest first', async () => {
  const found = await findInputs(folder);
  expect(found.map(({ name }) => name).toSorted()).toEqual(Object.keys(kinds).toSorted());
  expect(new Set(found.map(({ share }) => share))).toEqual(new Set([1 / inputs.length]));
  expect(found[0]?.name).toBe('tiny.jpg');
});

test('measures each kind, and leaves out what a peer cannot convert', async () => {
  const names = ['tiny.jpg', 'drawing.png', 'display-p3.heic'];
  const printed: string[] = [];
  const mix = await measureConversions(
    inputs.filter(({ name }) => names.includes(name)),
    {
      peerNames: ['ours', 'expert'],
      python: '',
      rounds: 1,
      sampleMs: 1,
      folder,
      print: (line) => printed.push(line),
    },
  );
  expect(printed.filter((line) => line.startsWith('Left out: display-p3.heic'))).toHaveLength(1);
  const [png, jpeg] = summarize(mix);
  const ratios = mix
    .filter(({ output }) => output === 'png')
    .flatMap(({ input, share, peers }) => {
      const ratio = peers.find(({ peer }) => peer === 'expert')?.cpuRatio.median;
      return ratio === undefined ? [] : [{ input, share, ratio }];
    });
  const [tiny = 0, drawing = 0] = ratios.map(({ ratio }) => ratio);
  expect(ratios.map(({ input }) => input)).toEqual(['tiny.jpg', 'drawing.png']);
  expect(png).toMatchObject({ output: 'png', peer: 'expert', inputs: 2 });
  expect(png?.cpuRatio).toBeCloseTo(tiny ** (6 / 8) * drawing ** (2 / 8), 9);
  expect(png?.worst.cpuRatio).toBe(Math.max(tiny, drawing));
  expect(jpeg).toMatchObject({ output: 'jpeg', inputs: 1, worst: { input: 'tiny.jpg' } });

  const machine = { cpu: '', cores: 0, system: '', load: [], versions: {} };
  const run = { startedAt: '', command: '', inputs: '', rounds: 1, machine };
  const text = renderTables({ ...run, mix });
  for (const name of names) expect(text).toContain(`| ${name} `);
});
