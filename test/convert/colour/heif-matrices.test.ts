// Matrices by ITU-T H.273, table 4, in the colr box of HEIC and AVIF.
import { expect, test } from 'vitest';
import { buildHeif, codedAvif, codedImage, property } from '../../../testing/heif.ts';
import { photoLikeAvif } from '../../../testing/images.ts';
import { fixture } from '../decode/wasm-fixtures.ts';
import { rejectionOf } from '../gray/gray-of.ts';
import { convert } from './numbered-files.ts';

function heic(matrix: number, name: 'rgb' | 'gray' = 'rgb'): Buffer {
  const { hvcC, data } = codedImage(fixture(`tile-${name}.heic`));
  const properties = [hvcC, property.size(80, 64), property.colours(1, 13, { matrix })];
  return buildHeif({ items: [{ type: 'hvc1', data, properties }] });
}

async function avif(matrix: number): Promise<Buffer> {
  const size = { width: 64, height: 48 };
  const { properties = [], ...item } = codedAvif(await photoLikeAvif(size), 64, 48);
  const colours = property.colours(1, 13, { matrix });
  return buildHeif({ brand: 'avif', items: [{ ...item, properties: [...properties, colours] }] });
}

test.each([
  ['HEIC', 11, 'Y’D’zD’x', heic],
  ['HEIC', 14, 'ICtCp', heic],
  ['AVIF', 11, 'Y’D’zD’x', avif],
  ['AVIF', 14, 'ICtCp', avif],
])('%s of matrix %d is refused by the name of %s', async (format, matrix, name, make) => {
  expect(await rejectionOf(await make(matrix))).toMatchObject({
    code: 'UNSUPPORTED_FORMAT',
    message: expect.stringMatching(new RegExp(`${format} image but .* ${name} .* Save it as PNG`)),
  });
});

test.each([1, 4, 5, 6, 7, 9])(
  'a colr box of matrix %d counts more than the HEVC data',
  async (matrix) => {
    expect((await convert(heic(matrix))).losses).toEqual([]);
  },
);

test('colours in a colr box are converted from its matrix', async () => {
  const luma = async (matrix: number, method: 'rec601' | 'rec709') =>
    [...(await convert(heic(matrix), { method })).pixels].reduce((sum, value) => sum + value, 0);
  // Of each matrix, its own weights give back the luma, but for clipping and rounding.
  const [of601, of709] = [await luma(6, 'rec601'), await luma(1, 'rec709')];
  expect(Math.abs(of601 - of709) / of601).toBeLessThan(0.005);
  expect(Math.abs((await luma(1, 'rec601')) - of601) / of601).toBeGreaterThan(0.001);
});

test.each([10, 13, 200])('an unknown matrix %d is a loss', async (matrix) => {
  expect((await convert(heic(matrix))).losses).toEqual(['colour']);
});

test.each([11, 14])('gray has no matrix: %d is not refused', async (matrix) => {
  expect((await convert(heic(matrix, 'gray'))).losses).toEqual(['colour']);
});
