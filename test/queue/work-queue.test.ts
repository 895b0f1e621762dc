import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseMessage } from '../../src/events/index.ts';
import type { Upload } from '../../src/pipeline/index.ts';
import { migrateQueue } from '../../src/queue/boss.ts';
import { createPostgresQueue } from '../../src/queue/postgres-queue.ts';
import { createSqsQueue } from '../../src/queue/sqs-queue.ts';
import { maxTries, retryDelaySeconds, type WorkQueue } from '../../src/queue/upload-queue.ts';
import { credentials, region, type StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';

const signal = new AbortController().signal;

const upload: Upload = {
  ...{ bucket: 'uploads', key: 'a b/ä+.jpg', etag: 'abc', sizeBytes: 3 },
  ...{ sequencer: '0A', eventTime: new Date('2026-01-02T03:04:05.678Z') },
};

let database: TestDatabase;
let store: StoreAndQueue;
let queue: WorkQueue;

beforeAll(async () => {
  [database, store] = await Promise.all([createDatabase(), startS3()]);
  await migrateQueue(database);
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
});

afterAll(async () => {
  await database.drop();
  await store.close();
});

afterEach(() => queue.close());

const openPostgres = () => createPostgresQueue(database);
const openSqs = () => createSqsQueue({ queueUrl: store.queueUrl, region, isCustomEndpoint: true });

/** Ends the pause before a retry. */
const endPause = () =>
  database.query("UPDATE grayscale_queue.job SET start_after = now() WHERE state = 'retry'");

describe.each([
  { name: 'PostgreSQL', open: openPostgres },
  { name: 'SQS', open: openSqs },
])('the queue in $name', ({ name, open }) => {
  beforeEach(() => {
    queue = open();
  });

  test('delivers what was sent, and keeps it until it is completed', async () => {
    const removal: Upload = { bucket: 'uploads', key: 'gone.jpg', isRemoval: true };
    await queue.send([upload, { ...removal, eventTime: new Date(0) }]);
    expect(await queue.readCounts()).toMatchObject({ waiting: 2, inFlight: 0, dead: 0 });

    const messages = await queue.receive(10, signal);
    const options = { outputPrefix: 'grayscale/', onSourceDeleted: 'delete' as const };
    const records = messages.flatMap(({ body }) => parseMessage(body, options));
    expect(records).toHaveLength(2);
    expect(records).toContainEqual({ action: 'process', upload });
    expect(records).toContainEqual({
      action: 'process',
      upload: { ...removal, eventTime: new Date(0) },
    });
    expect(messages.map(({ earlierTries }) => earlierTries)).toEqual([0, 0]);
    expect(await queue.readCounts()).toMatchObject({ waiting: 0, inFlight: 2 });

    await queue.extend(messages);
    await queue.complete(messages);
    expect(await queue.readCounts()).toMatchObject({ waiting: 0, inFlight: 0, dead: 0 });
  });

  test('redelivers released messages immediately', async () => {
    await queue.send([upload]);
    await queue.release(await queue.receive(10, signal));
    const messages = await queue.receive(10, signal);
    expect(messages).toHaveLength(1);
    await queue.complete(messages);
  });

  test('redelivers failed messages after a pause', async () => {
    await queue.send([upload]);
    await queue.retry(await queue.receive(10, signal), 'The store is away.');
    const { waiting, inFlight } = await queue.readCounts();
    // SQS counts a message during its pause as in flight.
    expect(waiting + inFlight).toBe(1);
    if (name === 'SQS') return;
    expect(await queue.receive(10, signal)).toEqual([]);
    await endPause();
    const [message, ...others] = await queue.receive(10, signal);
    expect(message?.earlierTries).toBe(1);
    expect(others).toEqual([]);
    await queue.complete(message ? [message] : []);
  });
});

describe('the queue in PostgreSQL', () => {
  beforeEach(() => {
    queue = openPostgres();
  });

  test('keeps a message that failed five times as a dead letter, until a redrive', async () => {
    await queue.send([upload]);
    for (let tries = 0; tries < maxTries; tries++) {
      const messages = await queue.receive(10, signal);
      expect(messages.map(({ earlierTries }) => earlierTries)).toEqual([tries]);
      await queue.retry(messages, 'The store is away.');
      await endPause();
    }
    expect(await queue.receive(10, signal)).toEqual([]);
    expect(await queue.readCounts()).toMatchObject({ waiting: 0, inFlight: 0, dead: 1 });
    await expect(queue.redrive()).resolves.toBe(1);
    expect(await queue.readCounts()).toMatchObject({ waiting: 1, dead: 0 });
    const messages = await queue.receive(10, signal);
    expect(parseMessage(messages[0]?.body, { outputPrefix: 'grayscale/' })).toEqual([
      { action: 'process', upload },
    ]);
    await queue.complete(messages);
  });

  test('a settled attempt leaves a later delivery of the same message alone', async () => {
    await queue.send([upload]);
    const lost = await queue.receive(1, signal);
    await queue.retry(lost, 'The lease ended.');
    await endPause();
    const taken = await queue.receive(1, signal);
    await queue.complete(lost);
    await queue.release(lost);
    expect(await queue.readCounts()).toMatchObject({ inFlight: 1 });
    await queue.complete(taken);
  });

  test('a release is no failed try, and does not depend on a second statement', async () => {
    await queue.send([upload]);
    let statements = Number.POSITIVE_INFINITY;
    const interrupted = createPostgresQueue({
      query(text, values) {
        if (statements-- <= 0) throw new Error('The connection was lost.');
        return database.query(text, values);
      },
    });
    for (let release = 0; release < maxTries; release++) {
      const taken = await interrupted.receive(1, signal);
      expect(taken).toHaveLength(1);
      statements = 1;
      await interrupted.release(taken).catch(() => {});
      statements = Number.POSITIVE_INFINITY;
    }
    await interrupted.close();
    const messages = await queue.receive(1, signal);
    await queue.retry(messages, 'The store is away.');
    expect(await queue.readCounts()).toMatchObject({ waiting: 1, dead: 0 });
    await endPause();
    await queue.complete(await queue.receive(1, signal));
  });

  test('messages of a dead worker return', async () => {
    await queue.send([upload]);
    expect(await queue.receive(1, signal)).toHaveLength(1);
    await database.query(
      "UPDATE grayscale_queue.job SET heartbeat_on = now() - interval '41 seconds' WHERE state = 'active'",
    );
    const supervising = createPostgresQueue(database, { isWorker: true, superviseSeconds: 1 });
    await supervising.check();
    await expect.poll(() => queue.readCounts(), { timeout: 10_000 }).toMatchObject({ waiting: 1 });
    await supervising.close();
    await endPause();
    await queue.complete(await queue.receive(1, signal));
  });

  test('a content that waits is not sent again by a poll', async () => {
    const other = { ...upload, etag: 'other' };
    await queue.sendMissing?.([upload]);
    await queue.sendMissing?.([upload, other]);
    expect(await queue.readCounts()).toMatchObject({ waiting: 2 });
    await queue.complete(await queue.receive(10, signal));
  });

  test('reports the age of the oldest message', async () => {
    await queue.send([upload]);
    await database.query(
      "UPDATE grayscale_queue.job SET created_on = now() - interval '90 seconds' WHERE state = 'created'",
    );
    const { oldestSeconds } = await queue.readCounts();
    expect(oldestSeconds).toBeGreaterThanOrEqual(90);
    expect(oldestSeconds).toBeLessThan(120);
    await queue.complete(await queue.receive(10, signal));
  });
});

test('without its tables, the queue says how to create them', async () => {
  const empty = await createDatabase({ migrated: false });
  queue = createPostgresQueue(empty);
  await expect(queue.send([upload])).rejects.toMatchObject({
    code: 'SCHEMA_OUTDATED',
    message: expect.stringContaining('run `grayscale migrate` with QUEUE=postgres.'),
  });
  // Created later, it works without a restart.
  await migrateQueue(empty);
  await queue.send([upload]);
  await queue.close();
  await empty.drop();
});

test('retries wait 20 seconds to 15 minutes, longer after each try, with jitter', () => {
  const delays = [0, 1, 2, 3, 9].map((tries) =>
    [0, 0.5, 1].map((r) => retryDelaySeconds(tries, r)),
  );
  expect(delays).toEqual([
    [20, 30, 40],
    [40, 60, 80],
    [80, 120, 160],
    [160, 240, 320],
    [900, 900, 900],
  ]);
});
