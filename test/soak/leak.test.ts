import { expect, test } from 'vitest';
import { findLeak, type MemorySample, slopesOf } from './leak.ts';

test('the slope is measured over the second half, despite noise', () => {
  const samples = Array.from({ length: 200 }, (_, i): MemorySample => {
    // Warming up, then 50 bytes per conversion with some noise.
    const warm = i < 100 ? i * 1e6 : 1e8;
    const noise = i % 2 === 0 ? 1_000 : -1_000;
    return { done: i * 100, rss: warm + i * 100 * 50 + noise, heapUsed: 7, external: 0 };
  });
  const slopes = slopesOf(samples);
  expect(slopes.rss).toBeCloseTo(50, 0);
  expect(slopes.heapUsed).toBe(0);
});

test('a process that leaks on every conversion is found', async () => {
  const { problems, slopes } = await findLeak({ conversions: 80, plantedBytes: 65_536 });
  expect(problems.join('\n')).toMatch(
    /external grows by \d+ bytes per conversion; expected at most/,
  );
  expect(slopes.external).toBeGreaterThan(50_000);
}, 120_000);
