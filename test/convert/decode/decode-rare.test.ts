// Formats and variants that only ImageMagick reads, and heights after the image.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadMagick } from '../../../src/convert/decode/magick/load-magick.ts';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { adobeColorants, curv, rgbProfile } from '../../../testing/icc.ts';
import { photoCd } from '../../../testing/photo-cd.ts';
import { parsePng } from '../../../testing/png.ts';
import { stripTiff, withTiffProfile } from '../../../testing/tiff.ts';
import { oracleGray, rejectionOf } from '../gray/gray-of.ts';

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/rare/${name}`, import.meta.url));

const [width, height] = [40, 24];
/** The formula of the image in most of the files: fixtures/rare/README.md. */
const colourAt = (x: number, y: number): [red: number, green: number, blue: number] => [
  Math.floor((x * 255) / (width - 1)),
  Math.floor((y * 255) / (height - 1)),
  (x * 7 + y * 13) % 256,
];
const expected = Array.from({ length: width * height }, (_, i) =>
  oracleGray(...colourAt(i % width, Math.floor(i / width))),
);
const places = [
  [0, 0],
  [5, 3],
  [17, 10],
  [39, 23],
  [22, 1],
  [8, 20],
] as const;

async function grayOf(bytes: Uint8Array, recipe: RecipeOptions = {}) {
  const image = await toGrayscale(bytes, recipe);
  const { channels } = image;
  const { pixels } = parsePng(image.bytes);
  const gray = [...pixels].filter((_, i) => i % channels === 0);
  return { ...image, gray, at: (x: number, y: number) => gray[y * image.width + x] };
}

function apart(gray: number[], others: readonly number[]): number {
  expect(gray.length).toBe(others.length);
  return Math.max(...gray.map((value, i) => Math.abs(value - (others[i] as number))));
}

describe('every pixel is exact in', () => {
  test.each([
    ['sgi', 'rgb.sgi'],
    ['sgi', 'rgb-rle.sgi'],
    ['sgi', 'rgb-16.sgi', 'depth'],
    ['pcx', 'rgb.pcx'],
    ['sun', 'rgb.ras'],
    ['xpm', 'gray.xpm'],
    ['dds', 'rgb.dds'],
    ['tiff', 'gray-10bit.tif', 'depth'],
    ['tiff', 'gray-12bit.tif', 'depth'],
    ['tiff', 'gray-14bit.tif', 'depth'],
    ['tiff', 'rgb-12bit.tif', 'depth'],
    ['tiff', 'gray-32bit.tif', 'depth'],
    ['tiff', 'rgb-32bit.tif', 'depth'],
    ['tiff', 'rgb-tiled-planar.tif'],
    ['tiff', 'rgb-large-tiles.tif'],
  ])('%s: %s', async (format, name, ...losses) => {
    const { gray, source, ...image } = await grayOf(fixture(name));
    expect(source).toMatchObject({ format, width, height });
    expect(image.losses).toEqual(losses);
    expect(apart(gray, expected)).toBe(0);
  });

  test.each(['rgba.sgi', 'rgba.ras', 'rgba-tiled-planar.tif'])(
    '%s, with its alpha',
    async (name) => {
      const { bytes, source, channels } = await toGrayscale(fixture(name));
      expect(source.hasAlpha).toBe(true);
      const { pixels } = parsePng(bytes);
      expect(channels).toBe(2);
      const alpha = [...pixels].filter((_, i) => i % 2 === 1);
      const right = expected.map((_, i) => {
        const [x, y] = [i % width, Math.floor(i / width)];
        return Math.floor(((x + y) * 255) / (width + height - 2));
      });
      expect(apart(alpha, right)).toBe(0);
    },
  );
});

describe('pixels equal those of other programs in', () => {
  test.each([
    ['rgb-dxt1.dds', 'Pillow 9.4', [0, 31, 132, 232, 65, 152]],
    ['rgb-old-jpeg.tif', 'tiff2rgba of libtiff 4.5.0', [0, 37, 129, 232, 68, 153]],
    ['gray-old-jpeg.tif', 'tiff2rgba of libtiff 4.5.0', [0, 37, 129, 232, 68, 153]],
    ['ycc-444.tif', 'tiff2rgba of libtiff 4.5.0', [0, 37, 126, 232, 68, 152]],
    ['ycc-420.tif', 'tiff2rgba of libtiff 4.5.0', [1, 37, 126, 232, 68, 152]],
    ['bits.pcx', 'pcxtoppm of netpbm 11.1', [0, 255, 0, 255, 0, 255]],
    ['bits.xbm', 'xbmtopbm of netpbm 11.1', [255, 0, 255, 0, 255, 0]],
    ['gray-12bit-noise.tif', 'the samples x 255 / 4095', [0, 11, 22, 57, 20, 31]],
  ])('%s: %s', async (name, _, values) => {
    const { at } = await grayOf(fixture(name));
    expect(places.map(([x, y]) => at(x, y))).toEqual(values);
  });

  test('JPEG 2000 with subsampled colours: opj_decompress of OpenJPEG 2.5.0', async () => {
    const { gray } = await grayOf(fixture('ycc-420.j2k'));
    const first = [0, 2, 5, 8, 10, 13, 16, 19];
    expect(apart(gray.slice(0, 8), first)).toBeLessThanOrEqual(1);
    const later = [3, 11, 22, 37].map((x) => gray[13 * width + x] as number);
    expect(apart(later, [111, 133, 133, 176])).toBeLessThanOrEqual(1);
  });

  test('JPEG 2000 of CMYK: Pillow on a TIFF with the same inks', async () => {
    const { gray } = await grayOf(fixture('cmyk.jp2'), { colour: 'raw' });
    expect(apart(gray.slice(0, 8), [0, 3, 5, 8, 11, 13, 16, 19])).toBeLessThanOrEqual(1);
    const managed = await grayOf(fixture('cmyk.jp2'));
    // sharp on that TIFF, with its own default profile.
    expect(apart(managed.gray.slice(0, 8), [23, 26, 30, 33, 36, 39, 40, 42])).toBe(0);
  });

  test('Photo CD: Pillow 9.4', async () => {
    const patches = [
      { ycc: [100, 156, 137], gray: 136 },
      { ycc: [120, 160, 170], gray: 163 },
      { ycc: [100, 100, 140], gray: 136 },
      { ycc: [220, 156, 137], gray: 255 },
    ] as const;
    for (const { ycc, gray } of patches) {
      const { at, source } = await grayOf(photoCd(ycc));
      expect(source).toMatchObject({ format: 'pcd', width: 768, height: 512 });
      expect(Math.abs((at(300, 200) as number) - gray)).toBeLessThanOrEqual(1);
    }
  });
});

test('a profile is applied as to a TIFF that libvips reads', async () => {
  const icc = rgbProfile(curv(1), adobeColorants);
  const samples = Array.from({ length: width * height }, (_, i) =>
    colourAt(i % width, Math.floor(i / width)),
  ).flat();
  const plain = stripTiff({ width, height, photometric: 2, bits: 8, samples });
  const planar = await grayOf(withTiffProfile(fixture('rgb-tiled-planar.tif'), icc));
  expect(planar.gray).toEqual((await grayOf(withTiffProfile(plain, icc))).gray);
  expect(planar.gray).not.toEqual(expected);
});

describe('a camera raw has the white balance of the camera', () => {
  test.each([
    ['bayer.dng', [48, 93, 124, 149, 169, 188, 205, 220], 'x'],
    ['bayer-turned.dng', [46, 93, 124, 149, 170, 188, 205, 220], 'y'],
  ])('%s, like dcraw -w 9.28', async (name, values, axis) => {
    const { at, source, losses } = await grayOf(fixture(name));
    expect(source).toMatchObject({ format: 'raw', width: 64, height: 48, depth: 16 });
    expect(losses).toEqual(['depth']);
    const gray = values.map((_, i) => (axis === 'x' ? at(i * 8, 24) : at(20, i * 8)) as number);
    expect(apart(gray, values)).toBeLessThanOrEqual(1);
  });
});

test('a JPEG whose height follows its scan equals one whose header has it', async () => {
  const jpeg = readFileSync(new URL('../pillow/gray.jpg', import.meta.url));
  const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0));
  const lines = Buffer.from([0xff, 0xdc, 0, 4, ...jpeg.subarray(frame + 5, frame + 7)]);
  const end = jpeg.lastIndexOf(Buffer.of(0xff, 0xd9));
  const late = Buffer.concat([jpeg.subarray(0, end), lines, jpeg.subarray(end)]);
  late.writeUInt16BE(0, frame + 5);
  const given = Buffer.from(late);
  expect((await grayOf(late)).gray).toEqual((await grayOf(jpeg)).gray);
  expect(late).toEqual(given);
});

describe('half a file is damaged:', () => {
  test.each([
    'rgb.sgi',
    'rgb-rle.sgi',
    'rgb.pcx',
    'rgb.ras',
    'bits.xbm',
    'gray.xpm',
    'rgb.dds',
    'rgb-dxt1.dds',
    'bayer.dng',
    'gray-12bit.tif',
    'rgb-old-jpeg.tif',
    'ycc-420.j2k',
  ])('%s', async (name) => {
    const whole = fixture(name);
    const half = whole.subarray(0, Math.floor(whole.length * 0.6));
    expect(await rejectionOf(half)).toMatchObject({ code: 'CORRUPT_IMAGE' });
  });
});

describe('a variant that is not read is named, with what to do:', () => {
  test.each([
    ['12bit.jpg', '12-bit JPEG. Convert it first: ffmpeg -i in.jpg out.png'],
    ['jpeg-ls.jpg', 'JPEG-LS. Convert it first: ffmpeg -i in.jpg out.png'],
    ['lossless.jpg', 'lossless JPEG. Convert it first: djpeg -pnm in.jpg > out.pnm'],
    ['cgbi.png', 'a PNG of Apple’s own kind (CgBI).'],
    ['lzma.tif', 'LZMA compression. Convert it first: tiffcp -c lzw in.tif out.tif'],
    ['zstd.tif', 'Zstandard compression. Convert it first: tiffcp -c lzw in.tif out.tif'],
    ['64bit.tif', 'a TIFF with 64 bits a sample.'],
    ['gray-16bit.sgi', 'gray of 16 bits'],
    ['luminance.dds', 'a DDS of luminance without compression.'],
  ])('%s', async (name, message) => {
    const bytes = readFileSync(new URL(`../unread/${name}`, import.meta.url));
    expect(await rejectionOf(bytes)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(message),
    });
  });
});

describe('ImageMagick reads nothing but the named formats:', () => {
  test.each([
    ['msl:/xml/policy.xml'],
    ['mvg:/xml/policy.xml'],
    ['text:/xml/policy.xml'],
    ['caption:text'],
    ['https://example.com/image.png'],
    ['inline:data:image/png;base64,iVBORw0KGgo='],
    ['xc:red'],
  ])('%s is not authorized', async (name) => {
    const { MagickImage } = await loadMagick(2 ** 28);
    expect(() => MagickImage.create().read(name)).toThrow(/NotAuthorized/);
  });

  test('a PNG is not authorized, by any request', async () => {
    const { MagickImage, MagickReadSettings } = await loadMagick(2 ** 28);
    const png = readFileSync(new URL('../pillow/palette.png', import.meta.url));
    const read = () => MagickImage.create().read(png, new MagickReadSettings({ format: 'PNG' }));
    expect(read).toThrow(/NotAuthorized/);
  });
});
