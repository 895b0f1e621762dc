import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/events/index.ts';
import {
  altered,
  batchOperationsV1Event,
  batchOperationsV2Event,
  sampleObject,
} from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const { bucket, key, versionId } = sampleObject;

describe.each([
  ['1.0', batchOperationsV1Event, 's3BucketArn'],
  ['2.0', batchOperationsV2Event, 's3Bucket'],
])('S3 Batch Operations %s', (_, batchEvent, bucketField) => {
  test('names a bucket, a key and a version', () => {
    expect(parseEvent(batchEvent(), options)).toEqual([
      { action: 'process', upload: { bucket, key, versionId } },
    ]);
  });

  test('encodes keys, spaces as + or %20', () => {
    for (const s3Key of ['a+b%2B%C3%A4.jpg', 'a%20b%2B%C3%A4.jpg']) {
      const event = altered(batchEvent(), 'tasks.0.s3Key', s3Key);
      expect(parseEvent(event, options)).toMatchObject([{ upload: { key: 'a b+ä.jpg' } }]);
    }
  });

  test('has no versions for a bucket without versioning', () => {
    const event = batchEvent({ versionId: undefined });
    expect(parseEvent(event, options)).toEqual([{ action: 'process', upload: { bucket, key } }]);
  });

  test('gives one record per task, in order, including malformed ones', () => {
    const event = batchEvent({ key: 'a.jpg' }, {}, { key: 'grayscale/b.jpg' }, { key: 'c.jpg' });
    expect(parseEvent(altered(event, 'tasks.1', null), options)).toMatchObject([
      { action: 'process', upload: { key: 'a.jpg' } },
      { action: 'refuse', reason: 'Expected a task but received null.' },
      { action: 'ignore', key: 'grayscale/b.jpg' },
      { action: 'process', upload: { key: 'c.jpg' } },
    ]);
  });

  test('is rejected in a future version, task by task', () => {
    const event = { ...batchEvent({}, {}), invocationSchemaVersion: '3.0' };
    const refusal = {
      action: 'refuse',
      reason: 'Expected an invocationSchemaVersion of 1.0 or 2.0 but received "3.0".',
    };
    expect(parseEvent(event, options)).toMatchObject([refusal, refusal]);
  });

  test('is rejected without a bucket', () => {
    const event = altered(batchEvent(), `tasks.0.${bucketField}`, undefined);
    expect(parseEvent(event, options)).toMatchObject([
      { action: 'refuse', reason: 'Expected a bucket name but received nothing.', key },
    ]);
  });
});

test.each([
  ['arn:aws:s3:::photos', 'photos'],
  ['arn:aws-cn:s3:::photos', 'photos'],
  ['arn:aws:s3:us-east-1:123456788:photos', 'photos'],
  [
    'arn:aws:s3express:us-west-2:123456789012:bucket/photos--usw2-az1--x-s3',
    'photos--usw2-az1--x-s3',
  ],
])('the bucket of %s is %s', (arn, name) => {
  const event = altered(batchOperationsV1Event(), 'tasks.0.s3BucketArn', arn);
  expect(parseEvent(event, options)).toMatchObject([{ upload: { bucket: name } }]);
});

test('an access point is not a bucket', () => {
  const arn = 'arn:aws:s3:us-west-2:123456789012:accesspoint/photos';
  const event = altered(batchOperationsV1Event(), 'tasks.0.s3BucketArn', arn);
  expect(parseEvent(event, options)).toMatchObject([
    { action: 'refuse', reason: 'Expected a bucket name but received "accesspoint/photos".' },
  ]);
});

test('a job without tasks has no records', () => {
  expect(parseEvent({ ...batchOperationsV1Event(), tasks: [] }, options)).toEqual([]);
});

test.each([
  [undefined, 'nothing'],
  [{ taskId: 'a' }, 'an object with the keys "taskId"'],
])('tasks that are not an array are rejected once: %j', (tasks, received) => {
  expect(parseEvent({ ...batchOperationsV1Event(), tasks }, options)).toEqual([
    { action: 'refuse', reason: `Expected tasks to be an array but received ${received}.` },
  ]);
});
