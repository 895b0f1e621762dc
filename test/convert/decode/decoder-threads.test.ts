// The worker threads of WebAssembly decoders are reused, and replaced before the memory that each image
// leaves behind adds up.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';

afterEach(() => {
  vi.useRealTimers();
});

const heic = readFileSync(new URL('../fixtures/gray.heic', import.meta.url));

test('one thread serves many images, and is replaced after a while', async () => {
  let started = 0;
  const onStart = () => started++;
  process.on('worker', onStart);
  const convert = async (count: number) => {
    for (let i = 0; i < count; i++) await toGrayscale(heic);
  };
  try {
    await convert(50);
    expect(started).toBeLessThanOrEqual(availableParallelism());
    const before = started;
    await convert(100 * availableParallelism());
    expect(started).toBeGreaterThan(before);
    expect(started).toBeLessThanOrEqual(before + availableParallelism());
    expect(await toGrayscale(heic)).toMatchObject({ channels: 1 });
  } finally {
    process.off('worker', onStart);
  }
}, 60_000);

test('an image gets a new thread while an idle one is ending', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (let i = 0; i < 5; i++) {
    await toGrayscale(heic);
    vi.advanceTimersByTime(5_000);
    expect(await toGrayscale(heic)).toMatchObject({ channels: 1 });
  }
});
