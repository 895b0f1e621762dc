// Outputs are removed with their sources, through the real queue and handler.
import { DeleteObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import { eventBridgeEvent, s3Event } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { drainQueue } from '../../testing/queue.ts';

const Bucket = 'uploads';
let environment: LambdaEnvironment;
let logLines: string[];

beforeAll(async () => {
  environment = await openLambdaEnvironment({ announcesRemovals: true });
  vi.stubEnv('ON_SOURCE_DELETED', 'delete');
});
afterAll(() => environment.close());
beforeEach(async () => {
  logLines = captureLog();
  await environment.database.query('TRUNCATE image_metadata');
});

const invoke = (event: unknown) => handler(event, lambdaContext);
const drain = () =>
  drainQueue(environment.server, (event) => invoke(event) as Promise<SQSBatchResponse>);

async function put(Key: string, red: number): Promise<void> {
  const Body = await tinyPng(red);
  await environment.server.s3.send(new PutObjectCommand({ Bucket, Key, Body }));
}

async function remove(Key: string): Promise<void> {
  await environment.server.s3.send(new DeleteObjectCommand({ Bucket, Key }));
}

async function isThere(Key: string): Promise<boolean> {
  const head = environment.server.s3.send(new HeadObjectCommand({ Bucket, Key }));
  return await head.then(
    () => true,
    () => false,
  );
}

test('a removal on the queue removes output and rows', async () => {
  await put('a.png', 1);
  await put('b.png', 2);
  await drain();
  expect(await isThere('grayscale/a.png')).toBe(true);
  await remove('a.png');
  // The store answers before it has sent the event.
  await expect
    .poll(async () => {
      await drain();
      return await isThere('grayscale/a.png');
    })
    .toBe(false);
  expect(await isThere('grayscale/b.png')).toBe(true);
  const rows = await environment.database.rows();
  expect(rows.map(({ source_key }) => source_key)).toEqual(['b.png']);
  expect(logLines.some((line) => line.includes('SOURCE_REMOVED'))).toBe(true);
});

test('a source that is removed and uploaded again immediately ends up with output and row', async () => {
  await put('again.png', 1);
  await drain();
  await remove('again.png');
  await put('again.png', 3);
  await remove('again.png');
  await put('again.png', 4);
  await drain();
  expect(await isThere('grayscale/again.png')).toBe(true);
  const rows = await environment.database.rows();
  expect(rows.filter(({ status }) => status === 'converted')).not.toEqual([]);
});

test.each([
  ['S3', (key: string) => s3Event({ bucket: Bucket, key, eventName: 'ObjectRemoved:Delete' })],
  [
    'EventBridge',
    (key: string) => eventBridgeEvent({ bucket: Bucket, key, detailType: 'Object Deleted' }),
  ],
])('a removal that %s passes directly is answered', async (_, event) => {
  await put('direct.png', 1);
  await drain();
  await environment.server.s3.send(new DeleteObjectCommand({ Bucket, Key: 'direct.png' }));
  expect(await invoke(event('direct.png'))).toEqual({
    statusCode: 200,
    body: expect.stringContaining('its output and rows were deleted'),
  });
  expect(await isThere('grayscale/direct.png')).toBe(false);
  expect(await environment.database.rows()).toEqual([]);
  await drain();
});
