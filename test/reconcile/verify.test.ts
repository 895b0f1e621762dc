import { createHash } from 'node:crypto';
// Each finding is created on a real S3 server and a real PostgreSQL, detected, repaired and verified again.
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BucketParts, openBucket } from '../../src/app/open-bucket.ts';
import { openPipeline } from '../../src/app/open-pipeline.ts';
import { type PipelineParts, processBatch } from '../../src/pipeline/index.ts';
import {
  backfill,
  createPipelineDestination,
  createRepair,
  type FindingKind,
  findingKinds,
  type VerifyOptions,
  verify,
} from '../../src/reconcile/index.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { startS3 } from '../../testing/s3.ts';
import { testConfig } from '../../testing/server.ts';

const outputBucket = 'gray-outputs';
let store: StoreAndQueue;
let database: TestDatabase;
let bucket: string;
let buckets = 0;
const opened: BucketParts[] = [];

beforeAll(async () => {
  [store, database] = await Promise.all([startS3(), createDatabase()]);
  await store.s3.send(new CreateBucketCommand({ Bucket: outputBucket }));
}, 60_000);
afterAll(async () => {
  await database.drop();
  await store.close();
});
beforeEach(async () => {
  bucket = `bucket-${++buckets}`;
  await store.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  await database.query('TRUNCATE image_metadata');
});
afterEach(async () => {
  for (const parts of opened.splice(0)) await parts.close();
});

async function put(Key: string, Body: Uint8Array, Bucket = bucket): Promise<void> {
  await store.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function remove(Key: string, Bucket = bucket): Promise<void> {
  await store.s3.send(new DeleteObjectCommand({ Bucket, Key }));
}

async function exists(Key: string, Bucket = bucket): Promise<boolean> {
  const head = store.s3.send(new HeadObjectCommand({ Bucket, Key }));
  return await head.then(
    () => true,
    () => false,
  );
}

async function compose(env: Record<string, string> = {}): Promise<BucketParts> {
  const config = testConfig({ store, database, env: { S3_BUCKET: bucket, ...env } });
  const parts = await openBucket(config, bucket);
  opened.push(parts);
  return parts;
}

/** Converts in this process: starting others takes seconds. */
const pipelines = new Map<string, Promise<PipelineParts>>();
async function pipelineOf(env: Record<string, string> = {}): Promise<PipelineParts> {
  const name = JSON.stringify(env);
  const config = testConfig({ store, database, env });
  const pipeline = pipelines.get(name) ?? openPipeline(config);
  pipelines.set(name, pipeline);
  return await pipeline;
}

const ignoreOutcomes = { onOutcome: () => {} };

interface VerifyParams {
  env?: Record<string, string>;
  prefix?: string;
  isDeep?: boolean;
  repairs?: boolean;
  deletesOrphans?: boolean;
  more?: Partial<VerifyOptions>;
}

async function runVerify({
  env = {},
  prefix = '',
  isDeep = false,
  repairs = false,
  deletesOrphans = false,
  more = {},
}: VerifyParams = {}) {
  const parts = await compose(env);
  const { files, reader, parseOptions, recipeHash } = parts;
  const pipeline = await pipelineOf(env);
  const destination = env.QUEUE_URL
    ? await parts.openDestination(ignoreOutcomes)
    : createPipelineDestination(pipeline, ignoreOutcomes);
  return await verify({
    location: { bucket, prefix },
    output: { bucket: env.OUTPUT_BUCKET ?? bucket, prefix: env.OUTPUT_PREFIX ?? 'grayscale/' },
    ...{ files, reader, parseOptions, recipeHash },
    pipeline: isDeep ? pipeline : undefined,
    repair: repairs ? createRepair({ bucket, destination, pipeline, deletesOrphans }) : undefined,
    signal: new AbortController().signal,
    // An object that was stored within the same millisecond would count as recent.
    startedAtMs: Date.now() + 1,
    ...more,
  });
}

/** The keys of each kind of finding that occurs. */
async function found(wanted: VerifyParams = {}): Promise<Partial<Record<FindingKind, string[]>>> {
  const { findings } = await runVerify(wanted);
  const some = findingKinds.filter((kind) => findings[kind].count > 0);
  return Object.fromEntries(some.map((kind) => [kind, findings[kind].first.map((f) => f.key)]));
}

async function convertAll(env: Record<string, string> = {}): Promise<void> {
  const parts = await compose(env);
  const { files, reader, parseOptions, recipeHash: recipe, destinationName: to } = parts;
  await backfill({
    ...{ files, reader, parseOptions },
    plan: { bucket, prefix: '', only: 'all', since: '', recipe, to },
    destination: createPipelineDestination(await pipelineOf(env), ignoreOutcomes),
    signal: new AbortController().signal,
  });
}

async function uploadAndConvert(keys: string[], env: Record<string, string> = {}): Promise<void> {
  for (const [index, key] of keys.entries()) await put(key, await tinyPng(index + 1));
  await convertAll(env);
  expect(await found({ env })).toEqual({});
}

/** Changes one byte in the middle and nothing else. */
async function flipByte(Key: string, Bucket = bucket): Promise<void> {
  const { Body, Metadata, ContentType } = await store.s3.send(
    new GetObjectCommand({ Bucket, Key }),
  );
  const bytes = (await Body?.transformToByteArray()) as Uint8Array;
  const middle = bytes.byteLength >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await store.s3.send(new PutObjectCommand({ Bucket, Key, Body: bytes, Metadata, ContentType }));
}

describe('when everything agrees', () => {
  test('nothing is found, even with unusual keys, failures, markers, other types or copies', async () => {
    const odd = ['a b+c.png', 'Ä/é.PNG', '\u{1f389}.png', '\uffee.png', 'B.png', 'a.png', 'noext'];
    for (const [index, key] of odd.entries()) await put(key, await tinyPng(index));
    await put('bad.png', Buffer.from('not an image'));
    await put('folder/', Buffer.alloc(0));
    await put('grayscale/', Buffer.alloc(0));
    await put('notes.txt', Buffer.from('text'));
    await convertAll();
    await store.s3.send(
      new CopyObjectCommand({
        ...{ Bucket: bucket, Key: 'copy-of-output.png' },
        CopySource: `${bucket}/grayscale/a.png`,
      }),
    );
    await convertAll();
    const report = await runVerify({ isDeep: true });
    expect(report).toMatchObject({ paired: 7, inspected: 7, compared: 7, failed: 1, leftOut: 3 });
    expect(await found({ isDeep: true })).toEqual({});
  });

  test('other files under the prefix are ignored', async () => {
    await uploadAndConvert(['a.png']);
    await put('grayscale/backfill-reports/report.csv', Buffer.from('csv'));
    const report = await runVerify();
    expect(report.leftOut).toBe(1);
    expect(report.findings.orphan.count).toBe(0);
  });

  test('objects written after the start are not checked', async () => {
    await put('new.png', await tinyPng(1));
    const report = await runVerify({ more: { startedAtMs: Date.now() - 60_000 } });
    expect(report).toMatchObject({ recent: 1, findings: { missing: { count: 0 } } });
  });
});

describe.each([
  ['the source bucket', {}],
  ['a separate output bucket', { OUTPUT_BUCKET: outputBucket, OUTPUT_PREFIX: 'gray/' }],
] as [string, Record<string, string>][])('with outputs in %s', (_, env) => {
  const place = () => ({
    of: env.OUTPUT_BUCKET ?? bucket,
    key: (key: string) => `${env.OUTPUT_PREFIX ?? 'grayscale/'}${key}`,
  });
  const keys = ['a.png', 'b.png', 'c.png'];

  const faults: [kind: FindingKind, name: string, inject: () => Promise<unknown>][] = [
    ['missing', 'an output that was removed', () => remove(place().key('b.png'), place().of)],
    [
      'missing',
      'an output that was removed, and its row',
      async () => {
        await remove(place().key('b.png'), place().of);
        await database.query("DELETE FROM image_metadata WHERE source_key = 'b.png'");
      },
    ],
    [
      'stale',
      'a source that was replaced, whose event was lost',
      async () => put('b.png', await tinyPng(99)),
    ],
    [
      'stale',
      'an old output over the new one, though the row says otherwise',
      async () => {
        await store.s3.send(
          new PutObjectCommand({
            ...{ Bucket: place().of, Key: place().key('b.png'), Body: 'old' },
            Metadata: { 'source-etag': 'old', 'recipe-hash': 'x', 'processor-version': '0' },
          }),
        );
      },
    ],
    [
      'stale',
      'a file of someone else in the place of the output',
      () => put(place().key('b.png'), Buffer.from('mine'), place().of),
    ],
    [
      'unrecorded',
      'a row that was removed',
      () => database.query("DELETE FROM image_metadata WHERE source_key = 'b.png'"),
    ],
  ];
  test.each(faults)(
    'finds and repairs %s (%s), and a second run finds nothing',
    async (kind, __, inject) => {
      await uploadAndConvert(keys, env);
      await inject();
      expect(await found({ env })).toEqual({ [kind]: ['b.png'] });
      const { repair } = await runVerify({ env, repairs: true });
      expect(repair).toMatchObject({ outcomes: { converted: 1 }, removed: 0, left: 0 });
      expect(await found({ env, isDeep: true })).toEqual({});
    },
  );

  test('detects a flipped byte only with --deep', async () => {
    await uploadAndConvert(keys, env);
    await flipByte(place().key('b.png'), place().of);
    expect(await found({ env })).toEqual({});
    const { findings } = await runVerify({ env, isDeep: true });
    expect(findings.different).toMatchObject({
      count: 1,
      first: [{ key: 'b.png', reason: expect.stringMatching(/at byte \d+; its checksum/) }],
    });
    await runVerify({ env, isDeep: true, repairs: true });
    expect(await found({ env, isDeep: true })).toEqual({});
  });

  /** Makes the output of b.png one of the first engine, whose metadata did not say so. */
  async function makeOld({ bytes, isRecorded = true }: { bytes?: Buffer; isRecorded?: boolean }) {
    const ref = { Bucket: place().of, Key: place().key('b.png') };
    const { Body, Metadata = {} } = await store.s3.send(new GetObjectCommand(ref));
    const { 'engine-version': _, ...rest } = Metadata;
    const body = bytes ?? Buffer.from((await Body?.transformToByteArray()) ?? []);
    await store.s3.send(new PutObjectCommand({ ...ref, Body: body, Metadata: rest }));
    if (!isRecorded) return;
    const sha256 = createHash('sha256').update(body).digest('hex');
    await database.query(
      `UPDATE image_metadata SET output_sha256 = '${sha256}' WHERE source_key = 'b.png'`,
    );
  }

  test('an output of another engine may be outdated; with --deep, its bytes decide', async () => {
    await uploadAndConvert(keys, env);
    await makeOld({});
    const { findings } = await runVerify({ env });
    expect(findings.stale.first).toMatchObject([
      { key: 'b.png', reason: 'it was made by engine 1, and this is engine 2' },
    ]);
    expect(await found({ env, isDeep: true })).toEqual({});
  });

  test('other bytes of another engine are outdated, not damaged', async () => {
    await uploadAndConvert(keys, env);
    await makeOld({ bytes: Buffer.from('as it was made then') });
    const { findings } = await runVerify({ env, isDeep: true, repairs: true });
    expect(findings.different.count).toBe(0);
    expect(findings.stale.first).toMatchObject([
      { key: 'b.png', reason: expect.stringMatching(/at byte 0; it was made by engine 1/) },
    ]);
    expect(await found({ env, isDeep: true })).toEqual({});
  });

  test('an output of another engine is damaged if its row has another checksum', async () => {
    await uploadAndConvert(keys, env);
    await makeOld({ bytes: Buffer.from('damaged'), isRecorded: false });
    expect(await found({ env, isDeep: true })).toEqual({ different: ['b.png'] });
  });

  test('finds an orphan, and deletes it with its rows only on request', async () => {
    await uploadAndConvert(keys, env);
    await remove('b.png');
    expect(await found({ env })).toEqual({ orphan: ['b.png'] });
    const { repair } = await runVerify({ env, repairs: true });
    expect(repair).toMatchObject({ removed: 0, left: 1 });
    expect(await exists(place().key('b.png'), place().of)).toBe(true);
    await runVerify({ env, repairs: true, deletesOrphans: true });
    expect(await exists(place().key('b.png'), place().of)).toBe(false);
    expect((await database.rows()).map(({ source_key }) => source_key)).toEqual(['a.png', 'c.png']);
    expect(await found({ env, isDeep: true })).toEqual({});
  });

  test('finds an orphan without a row by its metadata', async () => {
    await uploadAndConvert(keys, env);
    await remove('b.png');
    await database.query("DELETE FROM image_metadata WHERE source_key = 'b.png'");
    expect(await found({ env })).toEqual({ orphan: ['b.png'] });
    await runVerify({ env, repairs: true, deletesOrphans: true });
    expect(await found({ env })).toEqual({});
  });

  test('finds a row whose source and output are missing, and deletes it', async () => {
    await uploadAndConvert(keys, env);
    await remove('b.png');
    await remove(place().key('b.png'), place().of);
    expect(await found({ env })).toEqual({ dangling: ['b.png'] });
    const { repair } = await runVerify({ env, repairs: true });
    expect(repair).toMatchObject({ removed: 1, left: 0 });
    expect(await found({ env })).toEqual({});
  });
});

describe('another recipe', () => {
  test('makes all outputs stale, and leaves rows of other buckets unchanged', async () => {
    await uploadAndConvert(['a.png', 'b.png']);
    const env = { GRAY_METHOD: 'luminance' };
    expect(await found({ env })).toEqual({ stale: ['a.png', 'b.png'] });
    await runVerify({ env, repairs: true });
    expect(await found({ env, isDeep: true })).toEqual({});

    await convertAll({ OUTPUT_PREFIX: 'elsewhere/' });
    await remove('a.png');
    await runVerify({ env, repairs: true, deletesOrphans: true });
    const rest = (await database.rows()).filter(({ source_key }) => source_key === 'a.png');
    expect(rest.map(({ file_name }) => file_name)).toEqual(['elsewhere/a.png']);
  });
});

describe('a source that cannot be converted', () => {
  test('has no output when a row says so', async () => {
    await put('bad.png', Buffer.from('not an image'));
    expect(await found()).toEqual({ missing: ['bad.png'] });
    const { repair } = await runVerify({ repairs: true });
    expect(repair?.outcomes.failed).toBe(1);
    expect(await found()).toEqual({});
  });

  test('keeps the output of the last good content', async () => {
    await uploadAndConvert(['a.png']);
    await put('a.png', Buffer.from('not an image'));
    await convertAll();
    expect(await found()).toEqual({});
  });

  test('that exceeds the limits here is reported separately from a different output', async () => {
    await uploadAndConvert(['a.png']);
    const { findings } = await runVerify({ isDeep: true, env: { MAX_PIXELS: '1' } });
    expect(findings.unchecked).toMatchObject({
      count: 1,
      first: [{ reason: expect.stringContaining('IMAGE_TOO_LARGE') }],
    });
  });
});

describe('a repair through the queue', () => {
  test('queues the objects to convert in the form of the bucket’s own events', async () => {
    await uploadAndConvert(['a.png', 'b.png']);
    await remove('grayscale/b.png');
    const { repair } = await runVerify({ repairs: true, env: { QUEUE_URL: store.queueUrl } });
    expect(repair?.outcomes).toMatchObject({ queued: 1, converted: 0 });
    const { Messages = [] } = await store.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: store.queueUrl, MaxNumberOfMessages: 10 }),
    );
    expect(Messages.map(({ Body = '' }) => JSON.parse(Body).Records[0].s3.object.key)).toEqual([
      'b.png',
    ]);
  });
});

describe('more keys than fit on a page', () => {
  test('are checked page by page, and sampled by the seed', async () => {
    const keys = Array.from({ length: 1_005 }, (_, i) => `many/${i % 2 ? 'A' : 'a'}${i}.png`);
    const image = await tinyPng(5);
    for (let at = 0; at < keys.length; at += 50) {
      await Promise.all(keys.slice(at, at + 50).map((key) => put(key, image)));
    }
    await put('zebra.png', image);
    const parts = await compose();
    const pipeline = await pipelineOf();
    for (let at = 0; at < keys.length; at += 100) {
      const uploads = keys.slice(at, at + 100).map((key) => ({ bucket, key }));
      await processBatch(uploads, pipeline);
    }
    const report = await runVerify();
    expect(report).toMatchObject({
      sources: 1_006,
      outputs: 1_005,
      paired: 1_005,
      inspected: 1_005,
    });
    expect(report.findings.missing).toMatchObject({ count: 1, first: [{ key: 'zebra.png' }] });

    await remove('grayscale/many/A1003.png');
    await remove('many/a1004.png');
    expect(await found()).toEqual({
      missing: ['many/A1003.png', 'zebra.png'],
      orphan: ['many/a1004.png'],
    });

    const sampled = async (seed: number) => {
      const inspected: string[] = [];
      const files = {
        ...parts.files,
        head: async (ref: { bucket: string; key: string }) => {
          inspected.push(ref.key);
          return await parts.files.head(ref);
        },
      };
      await runVerify({ more: { files, sample: { size: 20, seed } } });
      return inspected.toSorted();
    };
    const first = await sampled(1);
    expect(first).toHaveLength(20);
    expect(await sampled(1)).toEqual(first);
    expect(await sampled(2)).not.toEqual(first);
  }, 120_000);
});

describe('an abort', () => {
  test('ends the check between two keys, and reports what was found', async () => {
    await uploadAndConvert(['a.png', 'b.png', 'c.png']);
    for (const key of ['a', 'b', 'c']) await remove(`grayscale/${key}.png`);
    const stop = new AbortController();
    const report = await runVerify({
      more: { signal: stop.signal, onFinding: () => stop.abort() },
    });
    expect(report.isFinished).toBe(false);
    expect(report.findings.missing.count).toBe(1);
  });
});

test('lists that are not in byte order are rejected', async () => {
  const page = ['b', 'a'].map((key) => ({ key, etag: 'e', sizeBytes: 1 }));
  const parts = await compose();
  const files = {
    ...parts.files,
    async *list() {
      yield page;
    },
  };
  await expect(runVerify({ more: { files } })).rejects.toMatchObject({ code: 'KEYS_OUT_OF_ORDER' });
});
