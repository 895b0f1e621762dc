import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { recipeHash } from '../../src/convert/index.ts';
import { EntryRejectedError, type Outcome, Unavailable } from '../../src/pipeline/index.ts';
import { createMetrics } from '../../src/process/metrics.ts';
import {
  createPipelineDestination,
  type Destination,
  pollBucket,
  pollOnce,
} from '../../src/reconcile/index.ts';
import { startPolling } from '../../src/server/run.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
const outcomes: Outcome[] = [];
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(() => {
  outcomes.length = 0;
});

async function put(Key: string, Body: Uint8Array) {
  await api.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
}

function options(
  signal = new AbortController().signal,
  onOutcome: (outcome: Outcome) => void = (outcome) => outcomes.push(outcome),
) {
  const { pipeline, files, reader, parseOptions } = api.parts;
  const destination = createPipelineDestination(pipeline, { onOutcome });
  const { recipe } = pipeline;
  return {
    ...{ files, reader, parseOptions, recipeHash: recipeHash(recipe), destination },
    ...{ log: () => {}, intervalMs: 1_000, signal },
    runExclusively: api.parts.runExclusively,
  };
}

const poll = (prefix = '') => pollOnce({ bucket: 'uploads', prefix }, options());
const keys = () => outcomes.map(({ upload }) => upload.key).sort();

test('converts objects without a row once, and no outputs', async () => {
  await put('new.png', await tinyPng(1));
  await put('odd +%41 (ä).png', await tinyPng(2));
  await put('bad.png', Buffer.from('not an image'));
  await poll();
  expect(keys()).toEqual(['bad.png', 'new.png', 'odd +%41 (ä).png']);
  await poll();
  expect(outcomes).toHaveLength(3);
});

test('converts a key again when its content changes', async () => {
  await put('changing.png', await tinyPng(3));
  await poll('changing');
  await put('changing.png', await tinyPng(4));
  await poll('changing');
  expect(keys()).toEqual(['changing.png', 'changing.png']);
});

test('lists only below the prefix', async () => {
  await put('inside/a.png', await tinyPng(5));
  await put('outside/a.png', await tinyPng(6));
  await poll('inside/');
  expect(keys()).toEqual(['inside/a.png']);
});

test('resumes after an interruption, over many pages of the list', async () => {
  const image = await tinyPng(7);
  const names = Array.from({ length: 1_050 }, (_, i) => `many/${String(i).padStart(4, '0')}.png`);
  for (let at = 0; at < names.length; at += 50) {
    await Promise.all(names.slice(at, at + 50).map((name) => put(name, image)));
  }
  const stop = new AbortController();
  const interrupted = options(stop.signal, (outcome) => {
    if (outcomes.push(outcome) === 40) stop.abort();
  });
  await pollOnce({ bucket: 'uploads', prefix: 'many/' }, interrupted);
  expect(outcomes).toHaveLength(40);
  // The others are recorded as converted, except the last one, to check that the whole list was read.
  await api.database.query(
    `INSERT INTO image_metadata (status, code, source_bucket, source_key, source_etag, recipe_hash)
     SELECT 'skipped', 'SUPERSEDED', 'uploads', key, etag, hash
     FROM unnest($1::text[]) AS key,
       (SELECT source_etag AS etag, recipe_hash AS hash FROM image_metadata WHERE source_key = $2) AS one
     ON CONFLICT DO NOTHING`,
    [names.slice(0, -1), names[0]],
  );
  outcomes.length = 0;
  await poll('many/');
  expect(keys()).toEqual([names.at(-1)]);
}, 120_000);

test('repeats until it is stopped, even if errors occur in between', async () => {
  const stop = new AbortController();
  const logged: string[] = [];
  const log = (_: string, message: string) => logged.push(message);
  const metrics = createMetrics();
  // Without an object, a poll would need no table.
  await put('again/a.png', await tinyPng(8));
  await api.database.query('ALTER TABLE image_metadata RENAME TO away');
  const polling = pollBucket(
    { bucket: 'uploads', prefix: 'again/' },
    { ...options(stop.signal), log, onPolled: metrics.addPolls() },
  );
  await expect.poll(() => logged, { timeout: 10_000 }).toContain('poll failed');
  const lastPoll = async () => Number(/_timestamp_seconds (\d+)/.exec(await metrics.text())?.[1]);
  expect(await lastPoll()).toBe(0);
  await api.database.query('ALTER TABLE away RENAME TO image_metadata');
  await expect.poll(keys, { timeout: 10_000 }).toEqual(['again/a.png']);
  await put('again/b.png', await tinyPng(9));
  await expect.poll(keys, { timeout: 10_000 }).toEqual(['again/a.png', 'again/b.png']);
  expect(await lastPoll()).toBeGreaterThan(Date.now() / 1e3 - 60);
  stop.abort();
  await polling;
}, 40_000);

test('of two servers that poll the same location, one converts each object', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `shared/${index}.png`);
  for (const name of names) await put(name, await tinyPng(20));
  const stop = new AbortController();
  const logged: string[] = [];
  const both = [0, 1].map(() =>
    pollBucket(
      { bucket: 'uploads', prefix: 'shared/' },
      {
        ...options(stop.signal),
        intervalMs: 50,
        log: (_, message) => logged.push(message),
      },
    ),
  );
  await expect.poll(() => outcomes.length, { timeout: 20_000 }).toBeGreaterThanOrEqual(12);
  stop.abort();
  await Promise.all(both);
  expect(keys()).toEqual(names.toSorted());
  expect(logged).toContain('another server polls');
}, 30_000);

test('after one server ends, the other one polls', async () => {
  const stops = [new AbortController(), new AbortController()] as const;
  const [first, second] = stops.map(({ signal }) =>
    pollBucket(
      { bucket: 'uploads', prefix: 'taken over/' },
      { ...options(signal), intervalMs: 20 },
    ),
  );
  stops[0].abort();
  await first;
  await put('taken over/a.png', await tinyPng(21));
  await expect.poll(keys, { timeout: 10_000 }).toEqual(['taken over/a.png']);
  stops[1].abort();
  await second;
});

test('converts an image of any name, unlike a backfill', async () => {
  await put('named/image.txt', await tinyPng(10));
  await poll('named/');
  expect(outcomes).toMatchObject([{ status: 'converted', upload: { key: 'named/image.txt' } }]);
});

test('retries an upload after a service failure, but not one whose row is rejected', async () => {
  await put('unsettled/away.png', await tinyPng(11));
  await put('unsettled/rejected.png', await tinyPng(12));
  const submitted: string[] = [];
  const logged: unknown[] = [];
  const destination: Destination = {
    groupSize: 1,
    async submit([upload], onUnsettled) {
      if (!upload) throw new Error('Expected an upload.');
      submitted.push(upload.key);
      const isRejected = upload.key.endsWith('rejected.png');
      onUnsettled?.(upload, isRejected ? new EntryRejectedError() : new Unavailable('away'));
      return { queued: 0, converted: 0, skipped: 0, failed: 0, unsettled: 1 };
    },
  };
  const rejected = new Set<string>();
  const polled = {
    ...options(),
    destination,
    log: (_: string, message: string, { key }: Record<string, unknown>) =>
      logged.push([message, key]),
  };
  for (let round = 0; round < 2; round++) {
    await pollOnce({ bucket: 'uploads', prefix: 'unsettled/' }, polled, rejected);
  }
  const [away, never] = ['unsettled/away.png', 'unsettled/rejected.png'];
  expect(submitted).toEqual([away, never, away]);
  expect(logged).toEqual([
    ['retry', away],
    ['refused', never],
    ['retry', away],
  ]);
});

test('continues after any number of unsettled uploads in a row', async () => {
  const image = await tinyPng(13);
  const names = Array.from({ length: 25 }, (_, i) => `row/${i}.png`);
  await Promise.all(names.map((name) => put(name, image)));
  const logged: unknown[] = [];
  const stop = new AbortController();
  const { pipeline } = api.parts;
  const failing = {
    ...pipeline,
    store: { ...pipeline.store, read: () => Promise.reject(new Unavailable('away')) },
  };
  const polling = startPolling(
    { bucket: 'uploads', prefix: 'row/' },
    {
      parts: { ...api.parts, pipeline: failing },
      server: {
        countOutcome: (outcome) => outcomes.push(outcome as Outcome),
        addPolls: () => () => {},
      },
      log: (_, message, facts) => {
        if (logged.push([message, facts?.key]) === names.length) stop.abort();
      },
      signal: stop.signal,
    },
  );
  await polling;
  expect(logged.sort()).toEqual(names.map((name) => ['retry', name]).sort());
}, 30_000);
