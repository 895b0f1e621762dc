// How many images are converted concurrently, and for how long.
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { defaultLimits } from '../../src/convert/index.ts';
import {
  createBudget,
  DeadlineError,
  type ObjectStore,
  processBatch,
} from '../../src/pipeline/index.ts';
import { inspectImage } from '../../testing/inspect-image.ts';
import { memoryPipeline, sourceObject, tinyPng, uploadOf } from '../../testing/pipeline.ts';

/** More than any of the budgets below admits at the same time. */
const keys = Array.from({ length: 8 }, (_, i) => `${i}.png`);
const slots = createBudget(100);

describe('concurrent images', () => {
  test('are limited by the number of slots', async () => {
    const { parts, store } = memoryPipeline({ slots: createBudget(3) });
    const { watchedStore, maxConcurrent } = watch(store, { from: 'read' });
    await processBatch(keys.map(uploadOfKey), { ...parts, store: watchedStore });
    expect(maxConcurrent()).toBe(3);
  });

  test.each([1, 2, 3])('are %i if the memory is enough for that many', async (count) => {
    const { memoryBytes } = await inspectImage(await tinyPng(1));
    const memory = createBudget(memoryBytes * (count + 0.5));
    const { parts, store } = memoryPipeline({ slots, memory });
    for (const key of keys) await store.put(uploadOf(key), sourceObject(await tinyPng(1)));
    // Outputs are stored before the memory is released.
    const { watchedStore, maxConcurrent } = watch(store, { from: 'put' });
    await processBatch(keys.map(uploadOfKey), { ...parts, store: watchedStore });
    expect(maxConcurrent()).toBe(count);
  });

  test.each([
    ['files as large as their events say', 400],
    ['files whose size no event states', undefined],
    ['files larger than the download limit', 90_000],
  ])('are limited so that their transfers have room: %s', async (_, sizeBytes) => {
    const limits = { ...defaultLimits, maxBytes: 500, maxPixels: 1e6, maxPages: 1 };
    const { parts, store } = memoryPipeline({ slots, limits, transfers: createBudget(1_100) });
    for (const key of keys) await store.put(uploadOf(key), sourceObject(await tinyPng(1)));
    const { watchedStore, maxConcurrent } = watch(store, { from: 'read' });
    const uploads = keys.map((key) => uploadOf(key, sizeBytes === undefined ? {} : { sizeBytes }));
    await processBatch(uploads, { ...parts, store: watchedStore });
    expect(maxConcurrent()).toBe(2);
  });
});

test('an upload that takes too long is redelivered, and the other one is recorded', async () => {
  const { parts, store, ledger } = memoryPipeline();
  await store.put(uploadOf('quick.png'), sourceObject(await tinyPng(1)));
  const stuck: ObjectStore = {
    ...store,
    read: (ref, options) =>
      ref.key === 'slow.png' ? new Promise(() => {}) : store.read(ref, options),
  };
  const { results, outcomes } = await processBatch(
    [uploadOf('slow.png'), uploadOf('quick.png')],
    { ...parts, store: stuck },
    { timeoutMs: 1_000 },
  );
  expect(results).toMatchObject([
    { error: expect.any(DeadlineError) },
    { outcome: { status: 'converted' } },
  ]);
  expect(results[0]).toMatchObject({ error: { message: expect.stringContaining('slow.png') } });
  expect(outcomes).toHaveLength(1);
  expect(ledger.rows()).toMatchObject([{ outcome: { upload: { key: 'quick.png' } } }]);
}, 10_000);

function uploadOfKey(key: string) {
  return uploadOf(key);
}

/** Counts the images between the start of `from` and the end of their output. */
function watch(store: ObjectStore, { from }: { from: 'read' | 'put' }) {
  let [now, maxConcurrent] = [0, 0];
  const enter = async () => {
    maxConcurrent = Math.max(maxConcurrent, ++now);
    await sleep(10);
  };
  const watchedStore: ObjectStore = {
    ...store,
    async read(ref, options) {
      if (from === 'read') await enter();
      const object = await store.read(ref, options);
      if (from === 'read' && !object) now--;
      return object;
    },
    async put(ref, object) {
      if (from === 'put') await enter();
      await store.put(ref, object);
      now--;
    },
  };
  return { watchedStore, maxConcurrent: () => maxConcurrent };
}
