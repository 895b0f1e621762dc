// Forged messages: none affects the messages next to it, and none is lost without a log line.
import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { handler } from '../../src/lambda/handler.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { tinyPng } from '../../testing/pipeline.ts';

let environment: LambdaEnvironment;
beforeAll(async () => {
  environment = await openLambdaEnvironment();
  await environment.server.s3.send(
    new PutObjectCommand({ Bucket: 'uploads', Key: 'good.png', Body: image }),
  );
});
afterAll(() => environment.close());
beforeEach(async () => {
  captureLog();
  await environment.database.query('TRUNCATE image_metadata');
});

const image = await tinyPng(1);
const etag = createHash('md5').update(image).digest('hex');
const good = s3Event({ bucket: 'uploads', key: 'good.png', etag, versionId: undefined });
const record = good.Records[0];

test.each<[string, string]>([
  ['another bucket', JSON.stringify(s3Event({ bucket: 'not-ours', key: 'a.png' }))],
  ['invalid JSON', '{"Records": ['],
  ['endless nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ['nested envelopes', nested(200)],
  ['a prototype', '{"__proto__": {"Records": []}, "constructor": {"prototype": {}}}'],
  ['the maximum size of the queue', JSON.stringify({ Records: 'x'.repeat(250_000) })],
  [
    'a key that is not text',
    JSON.stringify({ Records: [{ ...record, s3: { object: { key: {} } } }] }),
  ],
  ['an array in place of a record', '{"Records": [[[]]]}'],
  ['numbers out of range', '{"Records": [{"s3": {"object": {"size": 1e999}}}]}'],
])('a message of %s is returned alone', async (_, body) => {
  const event = sqsEvent(good, good);
  const [hostile, sound] = event.Records;
  if (!hostile || !sound) throw new Error('Expected two messages.');
  hostile.body = body;
  const startedAt = performance.now();
  const answer = (await handler(event, lambdaContext)) as SQSBatchResponse;
  expect(answer.batchItemFailures).toEqual([{ itemIdentifier: hostile.messageId }]);
  expect(await environment.database.rows()).toMatchObject([
    { status: 'converted', source_key: 'good.png' },
  ]);
  expect(performance.now() - startedAt).toBeLessThan(20_000);
  expect(({} as Record<string, unknown>).Records).toBeUndefined();
});

/** SNS within SNS within SNS ... */
function nested(depth: number): string {
  let text = JSON.stringify(good);
  // The backslashes double at each level, so only a few levels fit.
  for (let i = 0; i < depth && text.length < 200_000; i++) {
    text = JSON.stringify({ Type: 'Notification', Message: text });
  }
  return text;
}

test('a thousand records of one upload make one row', async () => {
  const event = sqsEvent({ Records: Array.from({ length: 1_000 }, () => record) });
  expect(await handler(event, lambdaContext)).toEqual({ batchItemFailures: [] });
  expect(await environment.database.rows()).toHaveLength(1);
}, 60_000);
