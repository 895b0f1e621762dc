import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type OutputFormat, outputFormats, toGrayscale } from '../../../src/convert/index.ts';
import { buildHeif, codedAvif } from '../../../testing/heif.ts';
import { grayOf, rejectionOf } from '../gray/gray-of.ts';
import { fixture } from './wasm-fixtures.ts';

const formats = Object.keys(outputFormats) as OutputFormat[];

/** Renames a box, so that readers skip it. */
function without(type: string, file: Buffer): Buffer {
  const changed = Buffer.from(file);
  changed.write('free', changed.indexOf(type, 0, 'latin1'), 'latin1');
  return changed;
}

/** Of an AVIF in one gray. */
async function coded(gray: number, width: number) {
  const raw = { width, height: 16, channels: 3 as const };
  const file = await sharp(Buffer.alloc(width * 16 * 3, gray), { raw })
    .avif({ lossless: true })
    .toBuffer();
  return codedAvif(file, width, 16);
}

describe('a grid of tiles', () => {
  // libavif 1.3 decodes the tiles to 84 and 110.
  test.each(formats)('is one image: %s', async (format) => {
    const image = await toGrayscale(fixture('grid.avif'), { format });
    expect(image).toMatchObject({
      ...{ width: 256, height: 128, frames: 1, losses: [] },
      source: { pages: 1 },
    });
  });

  test('is joined', async () => {
    const { png } = await grayOf(fixture('grid.avif'));
    expect([png.pixels[0], png.pixels[255]]).toEqual([84, 110]);
  });
});

describe('several images', () => {
  test.each([1, 2])('the primary one is converted: %i', async (primary) => {
    const items = [await coded(50, 32), await coded(200, 16)];
    const bytes = buildHeif({ items, primary, brand: 'avif' });
    for (const format of ['png', 'webp', 'tiff'] as const) {
      const image = await toGrayscale(bytes, { format, lossless: true });
      expect(image).toMatchObject({ losses: ['frames'], frames: 1, source: { pages: 2 } });
      expect(image.width).toBe(primary === 1 ? 32 : 16);
      const { data } = await sharp(image.bytes).raw().toBuffer({ resolveWithObject: true });
      expect(data[0]).toBe(primary === 1 ? 50 : 200);
    }
  });
});

describe('an animation', () => {
  const animated = fixture('animated.avif');

  test.each([
    ['with its first frame as an image', animated],
    ['with tracks alone', without('meta', animated)],
    ['with a general brand', Buffer.from(animated).fill('msf1', 8, 12, 'latin1')],
  ])('its first frame is converted: %s', async (_, bytes) => {
    for (const format of formats) {
      const image = await toGrayscale(bytes, { format });
      expect(image).toMatchObject({ width: 16, height: 16, frames: 1, losses: ['frames'] });
      expect(image.source).toMatchObject({ pages: 2, hasAlpha: true });
    }
    const { png } = await grayOf(bytes);
    expect([...new Set(png.pixels)]).toEqual([76]);
  });

  test('does not change the file', async () => {
    const bytes = fixture('animated.avif');
    await toGrayscale(bytes);
    expect(bytes.equals(animated)).toBe(true);
  });

  test('with neither image nor track is damaged', async () => {
    const bytes = without('moov', without('meta', animated));
    expect(await rejectionOf(bytes)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });

  test.each(['stbl', 'stsz', 'stco', 'av01', 'av1C'])(
    'with a damaged %s is refused',
    async (type) => {
      const bytes = without('meta', animated);
      const at = bytes.indexOf(type, bytes.indexOf('moov', 0, 'latin1'), 'latin1');
      for (const size of [0, 1, 9, 2 ** 31]) {
        const damaged = Buffer.from(bytes);
        damaged.writeUInt32BE(size, at - 4);
        await toGrayscale(damaged).catch((error) => {
          expect(error).toMatchObject({ code: 'CORRUPT_IMAGE' });
        });
      }
    },
  );
});
