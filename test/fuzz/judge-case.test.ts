import { describe, expect, test } from 'vitest';
import {
  ConversionError,
  type GrayImage,
  type RecipeOptions,
  toGrayscale,
} from '../../src/convert/index.ts';
import { grayPng, photoLikeJpeg, photoLikePng, rgbaPng } from '../../testing/images.ts';
import { defaultEngine, type Engine, judgeCase } from './judge-case.ts';

const png = photoLikePng({ width: 8, height: 6 });
const small = photoLikePng({ width: 4, height: 3 });
const black = grayPng({ width: 8, height: 6, rows: Buffer.alloc(48) });
const coloured = await photoLikeJpeg({ width: 8, height: 6 });

/** The engine with a replaced conversion. */
function converting(convert: typeof toGrayscale): Partial<Engine> {
  return {
    open: async (...args) => ({
      ...(await defaultEngine.open(...args)),
      convert: () => convert(...args),
    }),
  };
}

/** The engine with changes to its output. */
function changed(change: (image: GrayImage) => Partial<GrayImage>): Partial<Engine> {
  return converting(async (...args) => {
    const image = await toGrayscale(...args);
    return { ...image, ...change(image) };
  });
}

function rejecting(message: string): Engine {
  const reject = () => Promise.reject(new ConversionError('CORRUPT_IMAGE', message));
  return { open: reject, compare: reject };
}

let calls = 0;
const faulty: [fault: string, Partial<Engine>, detail: RegExp][] = [
  ['a TypeError', converting(() => Promise.reject(new TypeError('oops'))), /^TypeError: oops/],
  [
    'a comparison that fails',
    { compare: () => Promise.reject(new RangeError('oops')) },
    /^RangeError: oops/,
  ],
  [
    'a header that is rejected once',
    {
      open: (...args) =>
        calls++ % 2 ? rejecting('It is.').open(...args) : defaultEngine.open(...args),
    },
    /^the first conversion gives .*, the second/,
  ],
  ['a rejection that says nothing', rejecting(''), /^Expected sentences .* received ""$/],
  ['a rejection in several lines', rejecting('One.\nTwo.'), /^Expected sentences .* received "One/],
  ['a wrong width', changed(({ width }) => ({ width: width + 1 })), /sides of the source/],
  [
    'another image',
    changed(() => ({ bytes: new Uint8Array(small) })),
    /^Expected width to be 8 but received 4/,
  ],
  [
    'an image in colour',
    changed(() => ({ bytes: new Uint8Array(coloured), format: 'jpeg', channels: 3 })),
    /not gray/,
  ],
  ['wrong channels', changed(() => ({ channels: 3 })), /^Expected channels to be 3 but received 1/],
  ['a wrong depth', changed(() => ({ depth: 16 })), /^Expected depth to be ushort/],
  ['a wrong format', changed(() => ({ format: 'tiff' })), /^Expected format to be tiff/],
  ['wrong frames', changed(() => ({ frames: 2 })), /^Expected frames to be 2/],
  ['an unknown loss', changed(() => ({ losses: ['hope' as never] })), /^Expected losses/],
  [
    'wrong pixels',
    changed(() => ({ bytes: new Uint8Array(black) })),
    /^pixel 0 is 0, but the source has/,
  ],
  [
    'no file',
    changed(({ bytes }) => ({ bytes: bytes.subarray(0, -20) })),
    /^the output cannot be decoded/,
  ],
  [
    'other bytes each time',
    changed(({ bytes }) => ({ bytes: Uint8Array.of(...bytes, calls++) })),
    /^the bytes of two conversions differ/,
  ],
  [
    'another outcome each time',
    converting((...args) =>
      calls++ % 2
        ? toGrayscale(...args)
        : Promise.reject(new ConversionError('CORRUPT_IMAGE', 'No.')),
    ),
    /^the first conversion gives .*, the second/,
  ],
  [
    'a changed input',
    converting(async (input, ...rest) => {
      const image = await toGrayscale(input, ...rest);
      const bytes = input as Uint8Array;
      bytes[bytes.length - 1] = 0;
      return image;
    }),
    /^the input was changed/,
  ],
];

test.each(faulty)('%s is a fault', async (_, engine, detail) => {
  const verdict = await judge(png, {}, engine);
  expect(verdict.fault?.detail).toMatch(detail);
});

describe('there is no fault in', () => {
  test('a converted image', async () => {
    expect(await judge(png)).toEqual({ outcome: 'converted' });
  });

  test('a rejected image', async () => {
    expect(await judge(png.subarray(0, 60))).toEqual({ outcome: 'CORRUPT_IMAGE' });
  });

  test('an image whose estimate is too high, which is not tried', async () => {
    const engine: Partial<Engine> = {
      open: async () => ({
        memoryBytes: 2 ** 31,
        convert: () => Promise.reject(new TypeError('It was tried')),
        close() {},
      }),
    };
    expect(await judge(png, {}, engine)).toEqual({ outcome: 'over the budget' });
  });
});

test('alpha in an output that should have none is a fault', async () => {
  const bytes = rgbaPng({ width: 2, height: 1, rows: Buffer.from('abcdefgh') });
  const keeping = converting((bytes) => toGrayscale(bytes));
  expect(await judge(bytes, { alpha: 'drop' })).toEqual({ outcome: 'converted' });
  const { fault } = await judge(bytes, { alpha: 'drop' }, keeping);
  expect(fault?.detail).toContain('alpha only where it is kept');
});

async function judge(bytes: Uint8Array, recipe: RecipeOptions = {}, engine: Partial<Engine> = {}) {
  const fuzzCase = {
    bytes: Buffer.from(bytes),
    recipe,
    limits: {},
    isRepeated: true,
    isCompared: true,
  };
  return await judgeCase(fuzzCase, { ...defaultEngine, ...engine });
}
