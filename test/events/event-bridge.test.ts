import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/events/index.ts';
import { altered, eventBridgeEvent, sampleObject } from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const { bucket, key, versionId, etag, sizeBytes, sequencer, eventTime } = sampleObject;

test('an event of EventBridge describes an upload', () => {
  expect(parseEvent(eventBridgeEvent(), options)).toEqual([
    {
      action: 'process',
      upload: {
        bucket,
        key,
        versionId,
        etag,
        sizeBytes,
        sequencer,
        eventTime: new Date(eventTime),
      },
    },
  ]);
});

test.each(['a+b.jpg', 'a%20b.jpg', '100%.jpg', '%FF.jpg', 'a b.jpg'])(
  'its key is not decoded: %s',
  (raw) => {
    expect(parseEvent(eventBridgeEvent({ key: raw }), options)).toMatchObject([
      { upload: { key: raw } },
    ]);
  },
);

test.each([
  'Object Deleted',
  'Object Restore Initiated',
  'Object Restore Completed',
  'Object Restore Expired',
  'Object Storage Class Changed',
  'Object Access Tier Changed',
  'Object ACL Updated',
  'Object Tags Added',
  'Object Tags Deleted',
])('%s is ignored', (detailType) => {
  expect(parseEvent(eventBridgeEvent({ detailType }), options)).toEqual([
    {
      action: 'ignore',
      reason: `"${detailType}" reports no new object.`,
      bucket,
      key,
      versionId,
      sizeBytes,
    },
  ]);
});

describe('Object Deleted, when outputs follow their sources', () => {
  const removed = (detail: object) => {
    const event = eventBridgeEvent({ detailType: 'Object Deleted' });
    const removalEvent = { ...event, detail: { ...event.detail, ...detail } };
    return parseEvent(removalEvent, { ...options, onSourceDeleted: 'delete' });
  };

  test.each([
    ['on demand', { reason: 'DeleteObject', 'deletion-type': 'Permanently Deleted' }],
    ['by a marker', { reason: 'DeleteObject', 'deletion-type': 'Delete Marker Created' }],
    ['by expiry', { reason: 'Lifecycle Expiration', 'deletion-type': 'Delete Marker Created' }],
  ])('announces a removal %s', (_, detail) => {
    expect(removed(detail)).toEqual([
      {
        action: 'process',
        upload: { bucket, key, sequencer, eventTime: new Date(eventTime), isRemoval: true },
      },
    ]);
  });

  test('is ignored when an older version expired', () => {
    const expiry = { reason: 'Lifecycle Expiration', 'deletion-type': 'Permanently Deleted' };
    expect(removed(expiry)).toMatchObject([{ action: 'ignore', key }]);
  });
});

describe('an S3 call recorded by CloudTrail', () => {
  const callOf = (eventName: string) => ({
    source: 'aws.s3',
    'detail-type': 'AWS API Call via CloudTrail',
    detail: { eventName, requestParameters: { bucketName: bucket, key } },
  });

  test.each(['PutObject', 'CopyObject', 'PostObject', 'CompleteMultipartUpload'])(
    'is rejected with a fix when it creates an object: %s',
    (eventName) => {
      expect(parseEvent(callOf(eventName), options)).toEqual([
        {
          action: 'refuse',
          reason: expect.stringMatching(`a ${eventName} .* EventBridge notifications`),
          bucket,
          key,
        },
      ]);
    },
  );

  test.each(['GetObject', 'DeleteObject'])('is ignored if it creates none: %s', (eventName) => {
    expect(parseEvent(callOf(eventName), options)).toEqual([
      {
        action: 'ignore',
        reason: `The CloudTrail call "${eventName}" creates no object.`,
        bucket,
        key,
      },
    ]);
  });
});

test('a scheduled event, which keeps a function warm, is ignored', () => {
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} };
  expect(parseEvent(event, options)).toMatchObject([{ action: 'ignore' }]);
});

test('an event may omit its source', () => {
  const { source: _, ...event } = eventBridgeEvent();
  expect(parseEvent(event, options)).toMatchObject([{ action: 'process' }]);
});

test.each([
  ['another source', 'source', 'my.app', 'Expected an event from aws.s3 but received "my.app".'],
  ['a detail-type that is no text', 'detail-type', 5, 'Expected a detail-type but received 5.'],
  ['no detail', 'detail', null, 'Expected a bucket name but received nothing.'],
  ['no bucket', 'detail.bucket', {}, 'Expected a bucket name but received nothing.'],
  ['no object', 'detail.object', [], 'Expected an object key but received nothing.'],
])('an event with %s is rejected', (_, path, value, reason) => {
  const event = altered(eventBridgeEvent(), path, value);
  expect(parseEvent(event, options)).toMatchObject([{ action: 'refuse', reason }]);
});
