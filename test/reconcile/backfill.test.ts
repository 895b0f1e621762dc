// Runs on a real S3 and SQS server and a real PostgreSQL, with thousands of objects.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BucketParts, openBucket } from '../../src/app/open-bucket.ts';
import { parseMessage } from '../../src/events/index.ts';
import {
  type BackfillOptions,
  backfill,
  createQueueDestination,
  type Destination,
  openCheckpoint,
} from '../../src/reconcile/index.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { testConfig } from '../../testing/server.ts';

// A bucket without notifications: every message on the queue comes from the backfill.
const bucket = 'archive';
const manyKeys = Array.from({ length: 2_345 }, (_, i) => `many/${String(i).padStart(5, '0')}.png`);
let store: StoreAndQueue;
let database: TestDatabase;
let folder: string;
const opened: BucketParts[] = [];

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  folder = await mkdtemp(join(tmpdir(), 'backfill-'));
  await store.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const image = await tinyPng(1);
  for (let at = 0; at < manyKeys.length; at += 50) {
    await Promise.all(manyKeys.slice(at, at + 50).map((key) => put(key, image)));
  }
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.drop();
  await store.close();
});
beforeEach(async () => {
  await database.query('TRUNCATE image_metadata');
});

async function put(Key: string, Body: Uint8Array): Promise<void> {
  await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
}

async function compose(env: Record<string, string> = {}): Promise<BucketParts> {
  const config = testConfig({ store, database, env: { S3_BUCKET: bucket, ...env } });
  const parts = await openBucket(config, bucket);
  opened.push(parts);
  return parts;
}
// Concurrently: each test that converts has its own processes.
afterEach(async () => {
  for (const parts of opened.splice(0)) await parts.close();
});

const ignoreOutcomes = { onOutcome: () => {} };
const composeQueue = () => compose({ QUEUE_URL: store.queueUrl });

function optionsOf(parts: BucketParts, prefix: string, more: Partial<BackfillOptions> = {}) {
  const { files, reader, parseOptions, recipeHash: recipe, destinationName: to } = parts;
  return {
    ...{ files, reader, parseOptions },
    plan: { bucket, prefix, only: 'all' as const, since: '', recipe, to },
    signal: new AbortController().signal,
    ...more,
  };
}

/** The number of objects of each kind, without zeros. */
async function stateOf(prefix: string, env = {}): Promise<Record<string, number>> {
  const { counts } = await backfill(optionsOf(await compose(env), prefix));
  const some = Object.entries(counts).filter(([, { objects }]) => objects > 0);
  return Object.fromEntries(some.map(([kind, { objects }]) => [kind, objects]));
}

async function convertAll(prefix: string, env: Record<string, string> = {}) {
  const parts = await compose(env);
  const destination = await parts.openDestination(ignoreOutcomes);
  const result = await backfill(optionsOf(parts, prefix, { destination }));
  opened.splice(opened.indexOf(parts), 1);
  await parts.close();
  return result;
}

/** The keys of all messages, which are then removed from the queue. */
async function receiveAll(): Promise<string[]> {
  const { sqs, queueUrl: QueueUrl } = store;
  const keys: string[] = [];
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return keys;
    for (const { Body } of Messages) {
      const records = parseMessage(Body ?? '', { outputPrefix: 'grayscale/', keyEncoding: 'auto' });
      for (const record of records) {
        if (record.action === 'process') keys.push(record.upload.key);
      }
    }
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({ Id: `${i}`, ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
}

/** Aborts after the given number of uploads. */
function stoppingAfter(uploads: number, destination: Destination) {
  const stop = new AbortController();
  let taken = 0;
  const stopping: Destination = {
    groupSize: destination.groupSize,
    async submit(group) {
      taken += group.length;
      if (taken >= uploads) stop.abort();
      return await destination.submit(group);
    },
  };
  return { destination: stopping, signal: stop.signal };
}

describe('thousands of objects on the queue', () => {
  test('are each queued once, although the backfill was stopped twice', async () => {
    const parts = await composeQueue();
    const destination = await parts.openDestination(ignoreOutcomes);
    const checkpoint = openCheckpoint(join(folder, 'stopped.json'));
    for (const uploads of [300, 900]) {
      const stopped = await backfill(
        optionsOf(parts, 'many/', { checkpoint, ...stoppingAfter(uploads, destination) }),
      );
      expect(stopped.isFinished).toBe(false);
    }
    const result = await backfill(optionsOf(parts, 'many/', { checkpoint, destination }));
    expect(result.isFinished).toBe(true);
    expect(result.outcomes.queued).toBe(manyKeys.length);
    expect(result.counts.missing.objects).toBe(manyKeys.length);
    expect((await receiveAll()).sort()).toEqual(manyKeys);
    await expect(readFile(checkpoint.path)).rejects.toThrow('ENOENT');
  }, 60_000);

  test('are all queued, one group of them twice, although the checkpoint was not updated', async () => {
    const parts = await composeQueue();
    const destination = await parts.openDestination(ignoreOutcomes);
    const checkpoint = openCheckpoint(join(folder, 'killed.json'));
    let writes = 0;
    // As in a power failure just after the third group was sent.
    const interrupted = {
      ...checkpoint,
      write: async (state: Parameters<typeof checkpoint.write>[0]) => {
        if (++writes === 3) throw new Error('interrupted');
        await checkpoint.write(state);
      },
    };
    const broken = backfill(optionsOf(parts, 'many/', { checkpoint: interrupted, destination }));
    await expect(broken).rejects.toThrow('interrupted');
    await backfill(optionsOf(parts, 'many/', { checkpoint, destination }));
    const keys = await receiveAll();
    expect([...new Set(keys)].sort()).toEqual(manyKeys);
    expect(keys).toHaveLength(manyKeys.length + destination.groupSize);
  }, 60_000);

  test('are not queued when the ledger has them', async () => {
    const { recipeHash } = await compose();
    await database.query(
      `INSERT INTO image_metadata (file_name, output_bucket, source_bucket, source_key, source_etag, recipe_hash)
       SELECT 'grayscale/' || key, $1, $1, key, $3, $4 FROM unnest($2::text[]) AS key`,
      [bucket, manyKeys.slice(0, -5), await etagOfImage(), recipeHash],
    );
    const parts = await composeQueue();
    const destination = await parts.openDestination(ignoreOutcomes);
    await backfill(optionsOf(parts, 'many/', { destination }));
    expect((await receiveAll()).sort()).toEqual(manyKeys.slice(-5));
  }, 60_000);

  test('are queued at the requested rate', async () => {
    const parts = await composeQueue();
    const destination = await parts.openDestination(ignoreOutcomes);
    const startedAt = performance.now();
    await backfill(
      optionsOf(parts, 'many/0001', { destination, ratePerSecond: 4 }), // ten objects
    );
    const seconds = (performance.now() - startedAt) / 1e3;
    expect(await receiveAll()).toHaveLength(10);
    // Groups of four: the third begins after two seconds.
    expect(seconds).toBeGreaterThan(1.95);
  }, 60_000);
});

async function etagOfImage(): Promise<string> {
  const { files } = await compose();
  for await (const page of files.list(bucket, 'many/00000')) return page[0]?.etag ?? '';
  return '';
}

describe('the set of objects to convert', () => {
  test('is based on the ledger: missing, failed, stale, current', async () => {
    await put('one/good.png', await tinyPng(1));
    await put('one/bad.png', Buffer.from('not an image'));
    expect(await stateOf('one/')).toEqual({ missing: 2 });
    await convertAll('one/');
    expect(await stateOf('one/')).toEqual({ current: 1, failed: 1 });
    await put('one/good.png', await tinyPng(2));
    expect(await stateOf('one/')).toEqual({ stale: 1, failed: 1 });
    await put('one/bad.png', await tinyPng(3));
    await convertAll('one/');
    expect(await stateOf('one/')).toEqual({ current: 2 });
    expect(await stateOf('one/', { GRAY_METHOD: 'luminance' })).toEqual({ stale: 2 });
  });

  test('includes a content that was restored after another one was converted', async () => {
    const first = await tinyPng(4);
    for (const bytes of [first, await tinyPng(5)]) {
      await put('back.png', bytes);
      await convertAll('back');
    }
    await put('back.png', first);
    expect(await stateOf('back')).toEqual({ stale: 1 });
    await convertAll('back');
    expect(await stateOf('back')).toEqual({ current: 1 });
  });

  test('includes a recipe that was restored after another one was used', async () => {
    await put('recipe.png', await tinyPng(6));
    await convertAll('recipe');
    await convertAll('recipe', { GRAY_METHOD: 'luminance' });
    expect(await stateOf('recipe')).toEqual({ stale: 1 });
    await convertAll('recipe', { OUTPUT_PREFIX: 'elsewhere/', GRAY_METHOD: 'average' });
    expect(await stateOf('recipe', { GRAY_METHOD: 'luminance' })).toEqual({ current: 1 });
  });

  test('includes an object that was missing when its event was read, and exists again', async () => {
    await put('again.png', await tinyPng(7));
    const parts = await compose();
    for await (const [object] of parts.files.list(bucket, 'again')) {
      await database.query(
        `INSERT INTO image_metadata (status, code, source_bucket, source_key, source_etag, recipe_hash)
         VALUES ('skipped', 'SOURCE_GONE', $1, 'again.png', $2, $3)`,
        [bucket, object?.etag, parts.recipeHash],
      );
    }
    expect(await stateOf('again')).toEqual({ missing: 1 });
  });

  test('excludes outputs, markers, other types and older objects', async () => {
    await put('left/', Buffer.alloc(0));
    await put('left/notes.txt', Buffer.from('text'));
    await put('left/scan', await tinyPng(8));
    await put('left/ä +%41.PNG', await tinyPng(9));
    await put('grayscale/left/scan', await tinyPng(10));
    expect(await stateOf('left/')).toEqual({ missing: 2, folderMarker: 1, otherType: 1 });
    expect(await stateOf('grayscale/left/')).toEqual({ ownOutput: 1 });
    const { counts } = await backfill(
      optionsOf(await compose(), 'left/', { sinceMs: Date.now() + 60_000 }),
    );
    expect(counts.older.objects).toBe(2);
    await convertAll('left/');
    expect(await stateOf('left/')).toEqual({ current: 2, folderMarker: 1, otherType: 1 });
  });

  test.each([
    ['missing', ['only/new.png']],
    ['failed', ['only/bad.png']],
    ['stale', ['only/changed.png']],
    ['all', ['only/bad.png', 'only/changed.png', 'only/new.png']],
  ] as const)('is limited by --only %s', async (only, expected) => {
    await put('only/bad.png', Buffer.from('not an image'));
    await put('only/changed.png', await tinyPng(11));
    await put('only/same.png', await tinyPng(12));
    await store.s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'only/new.png', Body: '' }));
    await convertAll('only/bad');
    await convertAll('only/changed');
    await convertAll('only/same');
    await put('only/changed.png', await tinyPng(13));
    const sent: string[] = [];
    const destination = createQueueDestination({
      send: async (uploads) => void sent.push(...uploads.map(({ key }) => key)),
    });
    const options = optionsOf(await compose(), 'only/', { destination });
    await backfill({ ...options, plan: { ...options.plan, only } });
    expect(sent.toSorted()).toEqual(expected);
  });
});

describe('without a queue', () => {
  test('objects are converted in the process, and failures are counted', async () => {
    await put('here/a.png', await tinyPng(14));
    await put('here/b.png', await tinyPng(15));
    await put('here/c.png', Buffer.from('not an image'));
    const { outcomes } = await convertAll('here/');
    expect(outcomes).toMatchObject({ converted: 2, failed: 1, queued: 0, unsettled: 0 });
    expect(await database.rows()).toHaveLength(3);
  });

  test('a lost database ends the run, and the next run misses nothing', async () => {
    const parts = await compose();
    const destination = await parts.openDestination(ignoreOutcomes);
    const checkpoint = openCheckpoint(join(folder, 'away.json'));
    const prefix = 'many/000'; // a hundred
    const options = optionsOf(parts, prefix, { destination, checkpoint });
    const stateless = {
      contentStates: async (_: string, contents: unknown[]) =>
        contents.map(() => ({ state: 'missing', hasRow: false }) as const),
    };
    await database.query('ALTER TABLE image_metadata RENAME TO away');
    await expect(backfill({ ...options, reader: stateless })).rejects.toThrow('image_metadata');
    await database.query('ALTER TABLE away RENAME TO image_metadata');
    await rm(checkpoint.path, { force: true });
    const { outcomes } = await backfill(options);
    expect(outcomes.converted).toBe(100);
    expect(await stateOf(prefix)).toEqual({ current: 100 });
  }, 60_000);
});

describe('a queue that rejects messages', () => {
  test('ends the backfill before the checkpoint passes a rejected message', async () => {
    const parts = await compose({ QUEUE_URL: `${store.queueUrl}-that-is-not-there` });
    const destination = await parts.openDestination(ignoreOutcomes);
    const checkpoint = openCheckpoint(join(folder, 'rejected.json'));
    const run = backfill(optionsOf(parts, 'many/', { destination, checkpoint }));
    await expect(run).rejects.toThrow(/queue/i);
    await expect(readFile(checkpoint.path)).rejects.toThrow('ENOENT');
    const { Attributes } = await store.sqs.send(
      new GetQueueAttributesCommand({
        QueueUrl: store.queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages'],
      }),
    );
    expect(Attributes?.ApproximateNumberOfMessages).toBe('0');
  });
});

describe('a checkpoint', () => {
  const path = () => join(folder, 'checkpoint.json');

  test('of another backfill is rejected with the difference', async () => {
    const parts = await composeQueue();
    const destination = await parts.openDestination(ignoreOutcomes);
    const checkpoint = openCheckpoint(path());
    await backfill(optionsOf(parts, 'many/', { checkpoint, ...stoppingAfter(1, destination) }));
    const other = backfill(
      optionsOf(await compose({ GRAY_METHOD: 'value' }), 'other/', { checkpoint }),
    );
    await expect(other).rejects.toThrow(
      /belongs to another backfill:\n {2}prefix: expected "other\/" but the file has "many\/"\n {2}recipe: .*\n {2}to: /,
    );
    await receiveAll();
  });

  test.each([
    ['no JSON', 'x'],
    ['other JSON', '{}'],
  ])('that is %s is rejected', async (_, text) => {
    await writeFile(path(), text);
    const run = backfill(
      optionsOf(await compose(), 'many/', { checkpoint: openCheckpoint(path()) }),
    );
    await expect(run).rejects.toThrow('it is not valid. Delete it to start over');
  });
});
