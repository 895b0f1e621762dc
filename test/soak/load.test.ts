import { expect, test } from 'vitest';
import { drawLoad } from './draw-load.ts';
import { createBacklog, type LoadSample } from './sample-load.ts';

test('the oldest message is the first one without an outcome', async () => {
  const backlog = createBacklog();
  expect(backlog.oldestSeconds()).toBe(0);
  backlog.announced('first');
  await new Promise((resolve) => setTimeout(resolve, 60));
  backlog.announced('second');
  expect(backlog.oldestSeconds()).toBeGreaterThan(0.05);
  backlog.done('first');
  expect(backlog.oldestSeconds()).toBeLessThan(0.05);
  // A repeated event, and an output of the system itself.
  backlog.done('first');
  backlog.done('grayscale/first');
  expect(backlog.outcomes).toBe(1);
});

test('the plot has a line for each measure, and is self-contained', () => {
  const sample = (second: number): LoadSample => ({
    ...{ second, oldestSeconds: second, waiting: 5, outcomesPerSecond: 20, workerMb: 120 },
    ...{ connections: 4, serverDelayMs: 12 },
  });
  const svg = drawLoad({
    ...{ burst: 10_000, steadySeconds: 60, workers: 3, burstSeconds: 30, steadyFrom: 30 },
    ...{ capacityPerSecond: 333, steadyPerSecond: 267, rows: 26_000, problems: [] },
    samples: [1, 2, 3].map(sample),
  });
  expect(svg).toContain('A burst of 10,000 uploads, then 267 per second');
  expect(svg.match(/<polyline/g)).toHaveLength(5);
  expect(svg).not.toMatch(/href|url\(|NaN/);
});
