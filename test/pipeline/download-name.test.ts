import { expect, test } from 'vitest';
import { downloadName } from '../../src/pipeline/download-name.ts';

test.each([
  ['grayscale/photo.jpg', 'png', 'photo.png'],
  ['grayscale/photo.JPG', 'jpeg', 'photo.JPG'],
  ['grayscale/photo.jpeg', 'jpeg', 'photo.jpeg'],
  ['grayscale/photo.v2', 'png', 'photo.v2.png'],
  ['grayscale/photo', 'webp', 'photo.webp'],
  ['grayscale/.jpg', 'png', '.jpg.png'],
  ['grayscale/scan.tif', 'tiff', 'scan.tif'],
  ['grayscale/photo.jpg', null, 'photo.jpg'],
  ['', 'png', 'image.png'],
])('%s of format %s is downloaded as %s', (key, format, expected) => {
  expect(downloadName(key, format)).toBe(expected);
});
