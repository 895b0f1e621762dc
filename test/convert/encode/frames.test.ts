import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type OutputFormat, type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import {
  animatedGif,
  animatedWebp,
  multiPageTiff,
  photoLikeGif,
  photoLikePixels,
  photoLikePng,
  truncate,
} from '../../../testing/images.ts';
import { inspectImage } from '../../../testing/inspect-image.ts';
import { buildPng, parsePng } from '../../../testing/png.ts';
import { joinTiffs, stripTiff } from '../../../testing/tiff.ts';
import { grayOf, oraclePixels } from '../gray/gray-of.ts';

const [width, height] = [32, 24];

test.each([
  ['an animated WebP', animatedWebp],
  ['a TIFF of several pages', multiPageTiff],
])('the first frame of %s is converted, and the others are reported as a loss', async (_, make) => {
  const bytes = await make({ frames: 3 });
  const image = await grayOf(bytes);
  expect(image).toMatchObject({ width, height, losses: ['frames'], source: { pages: 3 } });
  expect([...image.png.pixels]).toEqual(oraclePixels(photoLikePixels({ width, height })));
  expect(await inspectImage(bytes)).toMatchObject({ width, height, pages: 3 });
});

test('the first frame of an animated GIF is converted, and the others are reported as a loss', async () => {
  const image = await grayOf(await animatedGif({ frames: 3 }));
  expect(image).toMatchObject({ width, height, losses: ['frames'], source: { pages: 3 } });
  // GIF has 256 colours, so the frame is only close to its source; the other frames are far off.
  expect(distance(image.png.pixels, 1)).toBeLessThan(4);
  expect(distance(image.png.pixels, 2)).toBeGreaterThan(20);
});

test('the first frame of an animated GIF is converted even if a later one is truncated', async () => {
  const bytes = await animatedGif({ frames: 3 });
  const { png } = await grayOf(truncate(bytes, 0.8));
  expect(png.pixels).toEqual((await grayOf(bytes)).png.pixels);
});

test.each([
  ['GIF', photoLikeGif],
  ['PNG', photoLikePng],
])('a %s with one frame loses none', async (_, make) => {
  expect(await grayOf(await make())).toMatchObject({ losses: [], source: { pages: 1 } });
});

function distance(pixels: Uint8Array, seed: number): number {
  const frame = oraclePixels(photoLikePixels({ width, height, seed }));
  return frame.reduce((sum, gray, i) => sum + Math.abs(gray - (pixels[i] ?? 0)), 0) / frame.length;
}

describe('all frames are kept', () => {
  const delay = [50, 200, 3_000];
  const frames = [1, 2, 3].map((seed) => photoLikePixels({ width, height, seed }));
  const raw = { width, height: height * 3, channels: 3 as const, pageHeight: height };
  const animation = (loop: number) =>
    sharp(Buffer.concat(frames), { raw }).webp({ lossless: true, delay, loop }).toBuffer();
  const grayFrames = frames.flatMap((frame) => oraclePixels(frame));

  async function framesOf(bytes: Uint8Array): Promise<{ gray: number[]; channels: number }> {
    const { data, info } = await sharp(bytes, { pages: -1 })
      .toColourspace('srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { gray: [...data].filter((_, i) => i % info.channels === 0), channels: info.channels };
  }

  test.each<[RecipeOptions & { format: OutputFormat }, losses: string[]]>([
    [{ format: 'gif' }, []],
    [{ format: 'webp', lossless: true }, []],
    [{ format: 'source', lossless: true } as never, []],
    [{ format: 'tiff' }, ['animation timing']],
  ])('by %j', async (recipe, losses) => {
    const image = await toGrayscale(await animation(3), recipe);
    expect(image).toMatchObject({ width, height, frames: 3, losses });
    expect((await framesOf(image.bytes)).gray).toEqual(grayFrames);
    const metadata = await sharp(image.bytes, { pages: -1 }).metadata();
    expect(metadata).toMatchObject({ pages: 3, pageHeight: height });
    if (recipe.format !== 'tiff') expect(metadata).toMatchObject({ delay, loop: 3 });
  });

  test.each([0, 1, 2, 7])('and play %d times in a GIF', async (loop) => {
    const { bytes } = await toGrayscale(await animation(loop), { format: 'gif' });
    expect(await sharp(bytes, { pages: -1 }).metadata()).toMatchObject({ loop });
  });

  test('with their transparency, so no frame shows through the next', async () => {
    const clear = Buffer.concat(frames);
    const strip = Buffer.from(
      Array.from({ length: clear.length / 3 }, (_, i) => [
        ...clear.subarray(i * 3, i * 3 + 3),
        (i * 7) % 3 ? 255 : 0,
      ]).flat(),
    );
    const source = await sharp(strip, { raw: { ...raw, channels: 4 } })
      .webp({ lossless: true, exact: true })
      .toBuffer();
    const { bytes, losses } = await toGrayscale(source, { format: 'gif' });
    const back = await sharp(bytes, { pages: -1 }).raw().toBuffer();
    const alphas = (pixels: Buffer) => [...pixels].filter((_, i) => i % 4 === 3);
    expect(alphas(back)).toEqual(alphas(strip));
    const visible = grayFrames.filter((_, i) => strip[i * 4 + 3] === 255);
    const shown = [...back].filter((_, i) => i % 4 === 0 && back[i + 3] === 255);
    expect(shown).toEqual(visible);
    expect(losses).toEqual([]);
  });

  test('unless only the first is requested', async () => {
    const image = await toGrayscale(await animation(0), { format: 'gif', frames: 'first' });
    expect(image).toMatchObject({ frames: 1, losses: ['frames'] });
    expect((await framesOf(image.bytes)).gray).toEqual(oraclePixels(frames[0] ?? Buffer.alloc(0)));
  });

  test('of a TIFF only if its pages have the same size', async () => {
    const pages = [
      { width: 8, height: 4 },
      { width: 9, height: 4 },
    ].map((size) =>
      stripTiff({ ...size, photometric: 1, bits: 8, samples: Array(size.width * 4).fill(7) }),
    );
    const image = await toGrayscale(joinTiffs(pages[0] as Buffer, pages[1] as Buffer), {
      format: 'tiff',
    });
    expect(image).toMatchObject({
      width: 8,
      height: 4,
      frames: 1,
      losses: ['frames'],
      source: { pages: 2 },
    });
    const alike = joinTiffs(pages[0] as Buffer, pages[0] as Buffer);
    expect(await toGrayscale(alike, { format: 'tiff' })).toMatchObject({ frames: 2, losses: [] });
  });

  test('and count together towards the pixel limit', async () => {
    const bytes = await animation(0);
    const limits = { maxPixels: width * height * 3 - 1 };
    await expect(toGrayscale(bytes, { format: 'webp' }, limits)).rejects.toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringMatching(
        /32 x 24 x 3 frames = 2304\. Raise .*, or convert only the first frame\./,
      ),
    });
    await expect(toGrayscale(bytes, { format: 'png' }, limits)).resolves.toMatchObject({
      frames: 1,
    });
    const [all, first] = await Promise.all(
      (['webp', 'png'] as const).map((format) => inspectImage(bytes, {}, { format })),
    );
    expect(all?.memoryBytes).toBeGreaterThan(first?.memoryBytes ?? 0);
  });
});

describe('an animated PNG', () => {
  const size = { width: 4, height: 2, colourType: 'gray' } as const;
  const rows = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const control: [string, Uint8Array] = ['acTL', Buffer.alloc(8, 255)];
  const frame: [string, Uint8Array] = ['fcTL', Buffer.alloc(26)];
  const data: [string, Uint8Array] = ['fdAT', Buffer.alloc(20)];

  test.each<[string, Partial<Parameters<typeof buildPng>[0]>, pages: number]>([
    ['of three frames', { chunks: [control, frame], after: [frame, data, frame, data] }, 3],
    [
      'with a separate still image before',
      { chunks: [control], after: [frame, data, frame, data] },
      3,
    ],
    ['of one frame', { chunks: [control, frame] }, 1],
    ['that says so too late', { after: [control, frame, data] }, 1],
    ['that says so and has none', { chunks: [control] }, 1],
  ])('%s has its first image converted, and the others are lost', async (_, chunks, pages) => {
    const png = buildPng({ ...size, rows, ...chunks });
    for (const format of ['png', 'gif'] as const) {
      const image = await toGrayscale(png, { format });
      expect(image).toMatchObject({ frames: 1, source: { pages } });
      expect(image.losses).toEqual(pages > 1 ? ['frames'] : []);
    }
    expect([...parsePng((await toGrayscale(png)).bytes).pixels]).toEqual([...rows]);
  });

  test('counts towards the page limit', async () => {
    const png = buildPng({ ...size, rows, chunks: [control, frame], after: [frame, data] });
    await expect(toGrayscale(png, {}, { maxPages: 1 })).rejects.toMatchObject({
      code: 'TOO_MANY_PAGES',
    });
  });
});
