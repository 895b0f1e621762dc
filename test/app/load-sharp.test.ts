import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import { loadSharp, tuneSharp } from '../../src/convert/load-sharp.ts';
import { checkPlatform } from '../../src/lambda/wrong-platform.ts';

const red = Buffer.concat([Buffer.from('P6 1 1 255\n'), Buffer.from([255, 0, 0])]);

test('sharp is loaded by the first image that needs it', async () => {
  await checkPlatform();
  await toGrayscale(red);
  expect(isLoaded()).toBe(false);
  await toGrayscale(red, { format: 'webp' });
  expect(isLoaded()).toBe(true);
});

test('its threads and cache are limited before it is loaded, or after', async () => {
  const sharp = await loadSharp();
  sharp.concurrency(2);
  sharp.cache(true);
  tuneSharp();
  await loadSharp();
  expect(sharp.concurrency()).toBe(1);
  expect(sharp.cache()).toMatchObject({ memory: { max: 0 }, items: { max: 0 } });
});

test('without the usual binary of a platform, sharp finds another one or fails', async () => {
  await expect(checkPlatform('linux-unknown')).resolves.toBeUndefined();
});

function isLoaded(): boolean {
  return Object.keys(createRequire(import.meta.url).cache).some((path) =>
    /sharp[^/\\]*[/\\]lib[/\\].+\.node$/.test(path),
  );
}
