// The real handler on a real S3 and SQS server and a real PostgreSQL.
import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import { handler } from '../../src/lambda/handler.ts';
import { defaultMaxReceiveCount, type StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import {
  batchOperationsV1Event,
  batchOperationsV2Event,
  eventBridgeEvent,
  s3Event,
  s3TestEvent,
  snsEvent,
  snsNotification,
  sqsEvent,
} from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import type { TestDatabase } from '../../testing/postgres.ts';
import { drainQueue } from '../../testing/queue.ts';

const bucket = 'uploads';
let environment: LambdaEnvironment;
let server: StoreAndQueue;
let database: TestDatabase;
let logLines: string[];

beforeAll(async () => {
  environment = await openLambdaEnvironment();
  ({ server, database } = environment);
});
afterAll(() => environment.close());
beforeEach(async () => {
  logLines = captureLog();
  await database.query('TRUNCATE image_metadata');
});

const invoke = (event: unknown) => handler(event, lambdaContext);
const invokeQueue = (...bodies: unknown[]) =>
  invoke(sqsEvent(...bodies)) as Promise<SQSBatchResponse>;
const etagOf = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

async function put(key: string, bytes: Uint8Array): Promise<string> {
  await server.s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes }));
  return etagOf(bytes);
}

async function get(key: string): Promise<Uint8Array | undefined> {
  try {
    const { Body } = await server.s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return await Body?.transformToByteArray();
  } catch {
    return undefined;
  }
}

function announced(key: string, etag = 'unknown') {
  return s3Event({ bucket, key, etag, versionId: undefined });
}

describe('a queue batch', () => {
  test('converts an upload to its gray output and its row', async () => {
    const bytes = await tinyPng(200, 30, 60);
    const etag = await put('photo.png', bytes);

    expect(await invokeQueue(announced('photo.png', etag))).toEqual({ batchItemFailures: [] });

    const { bytes: gray } = await toGrayscale(bytes);
    expect(Buffer.from((await get('grayscale/photo.png')) ?? [])).toEqual(Buffer.from(gray));
    const head = await server.s3.send(
      new HeadObjectCommand({ Bucket: bucket, Key: 'grayscale/photo.png' }),
    );
    expect(head.ContentType).toBe('image/png');
    expect(head.Metadata).toMatchObject({ 'source-etag': etag });
    expect(await database.rows()).toMatchObject([
      { file_name: 'grayscale/photo.png', status: 'converted', source_etag: etag, attempts: 1 },
    ]);
  });

  test('returns only messages that a retry may fix', async () => {
    const etag = await put('good.png', await tinyPng(1));
    await put('bad.png', Buffer.from('not an image'));
    const response = await invokeQueue(
      announced('good.png', etag),
      announced('bad.png', etagOf(Buffer.from('not an image'))),
      'not even JSON',
      s3TestEvent(),
    );
    const [, , broken] = sqsEvent(1, 2, 3, 4).Records;
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: broken?.messageId }]);
    expect(
      (await database.rows())
        .map(({ source_key, status, code }) => [source_key, status, code])
        .sort(),
    ).toEqual([
      ['bad.png', 'failed', 'UNSUPPORTED_FORMAT'],
      ['good.png', 'converted', null],
    ]);
  });

  test('processes every record of a message, even when one is malformed', async () => {
    const keys = ['one.png', 'two.png', 'three.png'];
    for (const key of keys) await put(key, await tinyPng(7));
    const event = s3Event(...keys.map((key) => ({ bucket, key, etag: '', versionId: undefined })));
    const broken = {
      ...event,
      Records: [...event.Records.slice(0, 2), { s3: {} }, event.Records[2]],
    };
    const { batchItemFailures } = await invokeQueue(broken);
    expect(batchItemFailures).toHaveLength(1);
    expect(await database.rows()).toHaveLength(3);
  });

  test('detects duplicates', async () => {
    const etag = await put('twice.png', await tinyPng(2));
    await invokeQueue(announced('twice.png', etag), announced('twice.png', etag));
    await invokeQueue(announced('twice.png', etag));
    expect(await database.rows()).toMatchObject([{ status: 'converted', attempts: 2 }]);
  });

  test('keeps the newest image when events of the same key arrive in the wrong order', async () => {
    const older = await put('changed.png', await tinyPng(10));
    const newest = await tinyPng(250);
    const newer = await put('changed.png', newest);
    await invokeQueue(announced('changed.png', newer));
    await invokeQueue(announced('changed.png', older));
    expect(Buffer.from((await get('grayscale/changed.png')) ?? [])).toEqual(
      Buffer.from((await toGrayscale(newest)).bytes),
    );
    expect(
      (await database.rows()).map(({ source_etag, status }) => [source_etag, status]).sort(),
    ).toEqual(
      [
        [newer, 'converted'],
        [older, 'skipped'],
      ].sort(),
    );
  });

  test('keeps a row for each content that was uploaded under one key', async () => {
    for (const red of [1, 100, 200]) {
      const etag = await put('reused.png', await tinyPng(red));
      await invokeQueue(announced('reused.png', etag));
    }
    const rows = await database.rows();
    expect(rows.map(({ status }) => status)).toEqual(['converted', 'converted', 'converted']);
  });

  test.each([
    'with space.png',
    'a+b.png',
    '100%.png',
    '%2B%20.png',
    'Grüße/日本/🎉.png',
    'quo\'te"<&>.png',
    'deep/er/and/deeper.png',
    `${'é'.repeat(507)}`, // 1,014 bytes: with the prefix, exactly the maximum length of S3.
    'x'.repeat(1_024),
  ])('converts the key %j', async (key) => {
    const etag = await put(key, await tinyPng(5));
    expect(await invokeQueue(announced(key, etag))).toEqual({ batchItemFailures: [] });
    expect(await get(`grayscale/${key}`)).toBeDefined();
    expect(await database.rows()).toMatchObject([
      { source_key: key, file_name: `grayscale/${key}` },
    ]);
  });

  test('never processes its own outputs', async () => {
    await put('grayscale/own.png', await tinyPng(5));
    await invokeQueue(announced('grayscale/own.png'), announced('grayscale/grayscale/own.png'));
    const { Contents = [] } = await server.s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: 'grayscale/grayscale/' }),
    );
    expect(Contents).toEqual([]);
    expect(await database.rows()).toEqual([]);
  });

  test('refuses events of another bucket', async () => {
    const event = s3Event({ bucket: 'someone-elses', key: 'a.png' });
    expect((await invokeQueue(event)).batchItemFailures).toHaveLength(1);
    expect(logLines.join()).toContain('someone-elses');
  });

  test.each([
    ['SNS', (event: unknown) => snsNotification(event)],
    ['EventBridge', () => eventBridgeEvent({ bucket, key: 'wrapped.png', versionId: undefined })],
  ])('accepts what %s puts into the queue', async (_, wrap) => {
    await put('wrapped.png', await tinyPng(3));
    await invokeQueue(wrap(announced('wrapped.png')));
    expect(await get('grayscale/wrapped.png')).toBeDefined();
  });

  test('writes the row on the retry when the insert failed after the put', async () => {
    const etag = await put('retried.png', await tinyPng(6));
    await database.query('ALTER TABLE image_metadata RENAME TO away');
    const failed = await invokeQueue(announced('retried.png', etag));
    await database.query('ALTER TABLE away RENAME TO image_metadata');
    expect(failed.batchItemFailures).toHaveLength(1);
    expect(await get('grayscale/retried.png')).toBeDefined();
    expect(await database.rows()).toEqual([]);

    expect(await invokeQueue(announced('retried.png', etag))).toEqual({ batchItemFailures: [] });
    expect(await database.rows()).toMatchObject([{ status: 'converted', attempts: 1 }]);
  });

  test('skips a source that was removed', async () => {
    expect(await invokeQueue(announced('removed.png', 'e'))).toEqual({ batchItemFailures: [] });
    expect(await database.rows()).toMatchObject([
      { status: 'skipped', code: 'SOURCE_GONE', file_name: null },
    ]);
  });

  test('logs one line per image, with the milliseconds of each stage', async () => {
    const etag = await put('logged.png', await tinyPng(8));
    await invokeQueue(announced('logged.png', etag));
    const lines = logLines
      .map((line) => JSON.parse(line))
      .filter((line) => line.key === 'logged.png');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ message: 'converted', outputKey: 'grayscale/logged.png' });
    expect(Object.keys(lines[0].stagesMs).sort()).toEqual(
      ['decode', 'encode', 'fetch', 'gray', 'queue', 'record', 'store', 'verify'].sort(),
    );
  });

  test('writes metrics in the embedded metric format', async () => {
    const etag = await put('counted.png', await tinyPng(8));
    await put('uncounted', Buffer.from('?'));
    await invokeQueue(announced('counted.png', etag), announced('uncounted'));
    const metrics = logLines.map((line) => JSON.parse(line)).filter((line) => line._aws);
    expect(metrics).toContainEqual(
      expect.objectContaining({ Converted: 1, DecodeTime: expect.anything() }),
    );
    expect(metrics).toContainEqual(
      expect.objectContaining({ Failures: 1, code: 'UNSUPPORTED_FORMAT' }),
    );
    expect(metrics[0]._aws.CloudWatchMetrics[0].Namespace).toBe('GrayscaleImageProcessor');
  });
});

describe('the queue and its dead-letter queue', () => {
  const depth = async (queueUrl: string) => {
    const AttributeNames = ['ApproximateNumberOfMessages' as const];
    const command = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames });
    return Number((await server.sqs.send(command)).Attributes?.ApproximateNumberOfMessages);
  };
  const drain = () => drainQueue(server, (event) => invoke(event) as Promise<SQSBatchResponse>);

  test('deliver every upload that the store announces, and end up empty', async () => {
    await drain();
    await database.query('TRUNCATE image_metadata');
    const keys = Array.from({ length: 25 }, (_, i) => `announced ${i}+.png`);
    for (const key of keys) await put(key, await tinyPng(9));
    await drain();
    expect((await database.rows()).map(({ source_key }) => source_key).sort()).toEqual(
      [...keys].sort(),
    );
    for (const key of keys) expect(await get(`grayscale/${key}`)).toBeDefined();
    expect(await depth(server.queueUrl)).toBe(0);
  });

  test('set aside messages that can never be processed, after the maximum number of receives', async () => {
    await drain();
    const before = await depth(server.deadLetterQueueUrl);
    const body = '{"Records":[{"s3":{"bucket":{}}}]}';
    await server.sqs.send(new SendMessageCommand({ QueueUrl: server.queueUrl, MessageBody: body }));
    const tries = await drain();
    expect(tries).toBe(defaultMaxReceiveCount);
    expect(await depth(server.deadLetterQueueUrl)).toBe(before + 1);
  });

  test('process everything after the database was down for a while', async () => {
    await drain();
    await database.query('TRUNCATE image_metadata');
    await database.query('ALTER TABLE image_metadata RENAME TO away');
    for (let i = 0; i < 5; i++) await put(`outage ${i}.png`, await tinyPng(i));
    let tries = 0;
    await drainQueue(server, async (event) => {
      if (++tries === 3) await database.query('ALTER TABLE away RENAME TO image_metadata');
      return (await invoke(event)) as SQSBatchResponse;
    });
    expect(await database.rows()).toHaveLength(5);
  });
});

describe('a direct invocation', () => {
  test('answers an S3 event as the original did', async () => {
    await put('my photo.png', await tinyPng(4));
    expect(await invoke(announced('my photo.png'))).toEqual({
      statusCode: 200,
      body: 'Processed my photo.png to grayscale/my photo.png',
    });
  });

  test('answers each record', async () => {
    await put('a.png', await tinyPng(4));
    await put('b.png', Buffer.from('?'));
    const event = s3Event(
      { bucket, key: 'a.png' },
      { bucket, key: 'b.png' },
      { bucket, key: 'grayscale/c.png' },
    );
    const { statusCode, body } = (await invoke(event)) as { statusCode: number; body: string };
    expect(statusCode).toBe(422);
    expect(body.split('\n')).toEqual([
      'Processed a.png to grayscale/a.png',
      expect.stringMatching(/^Failed b\.png: UNSUPPORTED_FORMAT: /),
      expect.stringMatching(/^Ignored grayscale\/c\.png: /),
    ]);
  });

  test('converts what EventBridge and SNS deliver', async () => {
    await put('from bridge.png', await tinyPng(4));
    await put('from sns.png', await tinyPng(5));
    expect(
      await invoke(eventBridgeEvent({ bucket, key: 'from bridge.png', versionId: undefined })),
    ).toMatchObject({ statusCode: 200 });
    expect(await invoke(snsEvent(announced('from sns.png')))).toMatchObject({ statusCode: 200 });
    expect(await database.rows()).toHaveLength(4); // 2 conversions, 2 stale ETags
  });

  test('fails to cause a retry when an error may be temporary, after it has processed the other records', async () => {
    await put('sibling.png', await tinyPng(4));
    const event = s3Event({ bucket, key: 'sibling.png' }, { bucket: 'someone-elses', key: 'x' });
    await expect(invoke(event)).rejects.toThrow('someone-elses');
    expect(await get('grayscale/sibling.png')).toBeDefined();
  });

  test('describes what it does not accept', async () => {
    await expect(invoke({ hello: 'world' })).rejects.toThrow(/Expected an event/);
  });
});

describe('an event without records', () => {
  test.each([
    ['[]', [], /received an array of 0\.$/],
    ['{"Records":[]}', { Records: [] }, /received an object with the keys "Records"\.$/],
    ['{"Messages":[]}', { Messages: [] }, /received an object with the keys "Messages"\.$/],
  ])('is answered 200 and logged with what was received: %s', async (_, event, received) => {
    expect(await invoke(event)).toEqual({
      statusCode: 200,
      body: expect.stringMatching(received),
    });
    expect(logLines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'empty',
        reason: expect.stringMatching(received),
      }),
    ]);
  });

  test('is answered and logged even if it has an empty list of tasks', async () => {
    const job = { ...batchOperationsV2Event(), tasks: [] };
    expect(await invoke(job)).toMatchObject({ results: [] });
    expect(logLines.map((line) => JSON.parse(line))).toMatchObject([{ message: 'empty' }]);
  });
});

describe('an S3 Batch Operations job', () => {
  const task = (key: string, more = {}) => ({ bucket, key, versionId: undefined, ...more });

  test.each([
    ['1.0', batchOperationsV1Event],
    ['2.0', batchOperationsV2Event],
  ])('gets an answer for each task, schema %s', async (version, event) => {
    await put('task one.png', await tinyPng(4));
    await put('task two.png', Buffer.from('?'));
    const job = event(
      task('task one.png'),
      task('task two.png'),
      task('task three.png', { bucket: 'someone-elses' }),
    );
    expect(await invoke(job)).toMatchObject({
      invocationSchemaVersion: version,
      invocationId: job.invocationId,
      results: [
        { resultCode: 'Succeeded', resultString: expect.stringMatching(/^Processed task one/) },
        { resultCode: 'PermanentFailure', resultString: expect.stringMatching(/^Failed task two/) },
        { resultCode: 'PermanentFailure', resultString: expect.stringContaining('someone-elses') },
      ].map((result, index) => ({ ...result, taskId: job.tasks[index]?.taskId })),
    });
  });

  test.each([
    ['tasks: null', { tasks: null }, 'Expected tasks to be an array but received null.'],
    ['no tasks', { tasks: undefined }, 'Expected tasks to be an array but received nothing.'],
    [
      'a task that is null',
      { tasks: [null] },
      'Expected each task to have a taskId but received null',
    ],
    [
      'a task without an id',
      { tasks: [{}] },
      'Expected each task to have a taskId but received an',
    ],
    ['no invocationId', { invocationId: 7 }, 'Expected an invocationId but received 7.'],
  ])('is refused with a sentence and one log line: %s', async (_, changes, reason) => {
    const job = { ...batchOperationsV2Event(task('task.png')), ...changes };
    await expect(invoke(job)).rejects.toMatchObject({
      code: 'INVALID_EVENT',
      message: expect.stringContaining(reason),
    });
    expect(logLines).toHaveLength(2);
    expect(JSON.parse(logLines[0] ?? '')).toMatchObject({
      level: 'ERROR',
      message: 'refused',
      reason: expect.stringContaining(reason),
    });
    expect(JSON.parse(logLines[1] ?? '')).toMatchObject({ Refused: 1 });
  });

  test('is asked to retry a task that a retry may fix', async () => {
    await put('task.png', await tinyPng(4));
    await database.query('ALTER TABLE image_metadata RENAME TO away');
    const answer = await invoke(batchOperationsV2Event(task('task.png')));
    await database.query('ALTER TABLE away RENAME TO image_metadata');
    expect(answer).toMatchObject({ results: [{ resultCode: 'TemporaryFailure' }] });
  });
});
