import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { RefusedRecordError } from '../../src/queue/settle-records.ts';
import type { QueueMessage, WorkQueue } from '../../src/queue/upload-queue.ts';
import { takeMessages } from '../../src/worker/take-messages.ts';

/** A queue in memory that records how messages were settled. */
function fakeQueue(bodies: string[]) {
  const waiting = bodies.map((body) => ({ body, earlierTries: 0, receipt: body }));
  const settled: Record<'complete' | 'retry' | 'release' | 'extend', unknown[]> = {
    ...{ complete: [], retry: [], release: [], extend: [] },
  };
  const settle = (how: keyof typeof settled) => async (messages: QueueMessage[]) => {
    settled[how].push(...messages.map(({ body }) => body));
  };
  const queue = {
    extendIntervalMs: 20,
    async receive(max: number) {
      if (waiting.length === 0) await sleep(5);
      return waiting.splice(0, max);
    },
    complete: settle('complete'),
    retry: settle('retry'),
    release: settle('release'),
    extend: settle('extend'),
  } as unknown as WorkQueue;
  return { queue, settled };
}

type Overrides = Partial<Parameters<typeof takeMessages>[0]>;

function start(overrides: Overrides) {
  const stop = new AbortController();
  const logged: string[] = [];
  const ended = takeMessages({
    queue: fakeQueue([]).queue,
    process: async (taken) => taken.map(() => undefined),
    ...{ batchSize: 2, maxBatches: 2, drainMs: 1_000, signal: stop.signal },
    log: (_, message) => logged.push(message),
    ...overrides,
  });
  return {
    logged,
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

test('each message is settled by its own result', async () => {
  const { queue, settled } = fakeQueue(['a', 'b', 'c', 'd', 'e']);
  const worker = start({
    queue,
    process: async (taken) => taken.map((body) => (body === 'b' ? new Error('away') : undefined)),
  });
  await expect.poll(() => settled.complete.length + settled.retry.length).toBe(5);
  await worker.stop();
  expect(settled).toMatchObject({ complete: ['a', 'c', 'd', 'e'], retry: ['b'], release: [] });
});

test('leases are renewed while a message is processed', async () => {
  const { queue, settled } = fakeQueue(['slow']);
  const worker = start({
    queue,
    async process(taken) {
      while (settled.extend.length < 2) await sleep(5);
      return taken.map(() => undefined);
    },
  });
  await expect.poll(() => settled.complete).toEqual(['slow']);
  const { length } = settled.extend;
  await sleep(60);
  expect(settled.extend).toHaveLength(length);
  await worker.stop();
});

test('no more batches than allowed are processed at a time', async () => {
  const { queue, settled } = fakeQueue(Array.from({ length: 12 }, (_, i) => `${i}`));
  let running = 0;
  let most = 0;
  const worker = start({
    queue,
    async process(taken) {
      most = Math.max(most, ++running);
      await sleep(10);
      running--;
      return taken.map(() => undefined);
    },
  });
  await expect.poll(() => settled.complete.length).toBe(12);
  await worker.stop();
  expect(most).toBe(2);
});

describe('a stop', () => {
  test('finishes what is in progress and takes no more', async () => {
    const { queue, settled } = fakeQueue(['a', 'b', 'c']);
    let finish = () => {};
    const worker = start({
      queue,
      maxBatches: 1,
      process: (taken) =>
        new Promise((resolve) => {
          finish = () => resolve(taken.map(() => undefined));
        }),
    });
    await sleep(20);
    const stopped = worker.stop();
    finish();
    await stopped;
    expect(settled).toMatchObject({ complete: ['a', 'b'], release: [] });
  });

  test('returns what takes too long to the queue', async () => {
    const { queue, settled } = fakeQueue(['a']);
    const worker = start({ queue, drainMs: 20, process: () => new Promise(() => {}) });
    await sleep(20);
    await worker.stop();
    expect(settled.release).toEqual(['a']);
  });
});

test('an unavailable queue is logged once, and asked again until it answers', async () => {
  const { queue, settled } = fakeQueue(['a']);
  let failures = 0;
  const worker = start({
    queue: {
      ...queue,
      async receive(max, signal) {
        if (++failures <= 2) throw new Error('The database is away.');
        return await queue.receive(max, signal);
      },
    },
  });
  await expect.poll(() => settled.complete, { timeout: 5_000 }).toEqual(['a']);
  await worker.stop();
  expect(worker.logged).toEqual(['queue unavailable', 'queue available']);
});

test('a service that is away does not use up the tries of every message', async () => {
  const { queue, settled } = fakeQueue(['a', 'b', 'c', 'd', 'e', 'f']);
  const worker = start({
    queue,
    ...{ batchSize: 1, maxBatches: 1 },
    process: async (taken) => taken.map(() => new Error('The store is away.')),
  });
  await sleep(200);
  await worker.stop();
  // The first failure begins a pause of at least 250 ms.
  expect(settled.retry).toEqual(['a']);
});

test('messages that are invalid do not pause the worker', async () => {
  const { queue, settled } = fakeQueue(['a', 'b', 'c', 'd', 'e', 'f']);
  const worker = start({
    queue,
    ...{ batchSize: 1, maxBatches: 1 },
    process: async (taken) => taken.map(() => new RefusedRecordError('Refused: not an event.')),
  });
  await expect.poll(() => settled.retry.length, { timeout: 3_000 }).toBe(6);
  await worker.stop();
});

test('a message that could not be settled is settled by another attempt', async () => {
  const { queue, settled } = fakeQueue(['a']);
  let failures = 0;
  const worker = start({
    queue: {
      ...queue,
      async complete(messages) {
        if (++failures === 1) throw new Error('The connection was lost.');
        await queue.complete(messages);
      },
    },
  });
  await expect.poll(() => settled.complete, { timeout: 5_000 }).toEqual(['a']);
  await worker.stop();
});
