import { expect, test } from 'vitest';
import { drawPlan } from './draw-plan.ts';
import { faultKinds } from './faults.ts';
import type { TestImage } from './test-images.ts';

const testImagesOf = (kind: string): TestImage[] =>
  Array.from({ length: 5 }, (_, i) => ({
    name: `${kind} ${i}`,
    bytes: Buffer.from(`${kind} ${i}`),
  }));
const testImages = {
  small: testImagesOf('small'),
  bad: testImagesOf('bad').map((image) => ({ ...image, isBad: true })),
  large: testImagesOf('large'),
};
const options = { images: 400, paceMs: 100, faultEveryMs: 1_000, maxFrozenMs: 4_000, workers: 3 };
const planOf = (seed: number) => drawPlan({ ...options, seed, testImages });

test('a seed always gives the same plan, and another seed a different one', () => {
  expect(planOf(1)).toEqual(planOf(1));
  expect(planOf(1)).not.toEqual(planOf(2));
});

test('every kind of fault occurs before one is repeated', () => {
  const kinds = Object.keys(faultKinds);
  const first = planOf(3).faults.slice(0, kinds.length);
  expect(first.map(({ kind }) => kind).sort()).toEqual(kinds.sort());
});

test('a plan has its shares of bad images, large ones, repeated keys and repeated events', () => {
  const { uploads } = planOf(4);
  const share = (count: number) => count / uploads.length;
  expect(uploads).toHaveLength(400);
  expect(share(uploads.filter(({ image }) => image.isBad).length)).toBeCloseTo(1 / 8, 1);
  expect(share(uploads.length - new Set(uploads.map(({ key }) => key)).size)).toBeCloseTo(1 / 4, 1);
  expect(share(uploads.filter((upload) => upload.deliveriesMs.length > 1).length)).toBeGreaterThan(
    0.1,
  );
  const large = uploads.filter(({ image }) => image.name.startsWith('large'));
  expect(large.length).toBeGreaterThan(20);
});

test('a replacement for an upload that is being read comes after it', () => {
  const { uploads } = planOf(5);
  const races = uploads.filter(({ raceMs }) => raceMs !== undefined);
  expect(races.length).toBeGreaterThan(30);
  for (const race of races) {
    const same = uploads.filter(({ key }) => key === race.key);
    expect(same.indexOf(race)).toBeGreaterThan(0);
  }
});
