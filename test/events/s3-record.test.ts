import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/events/index.ts';
import { altered, s3Event, s3TestEvent, sampleObject } from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const { bucket, key, versionId, etag, sizeBytes, sequencer, eventTime } = sampleObject;

describe('an S3 notification', () => {
  test('describes an upload', () => {
    expect(parseEvent(s3Event(), options)).toEqual([
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

  test('has one upload per record, in order', () => {
    const keys = ['a.jpg', 'b.jpg', 'a.jpg'];
    const event = s3Event(...keys.map((each) => ({ key: each })));
    expect(keysOf(event)).toEqual(keys);
  });

  test('may have no records', () => {
    expect(parseEvent({ Records: [] }, options)).toEqual([]);
  });

  test('may be a single record', () => {
    expect(keysOf(s3Event().Records[0])).toEqual([key]);
  });

  test('is rejected, not unknown, when a record has no object', () => {
    const { s3: _, ...record } = s3Event().Records[0] ?? {};
    expect(parseEvent({ Records: [record] }, options)).toEqual([
      { action: 'refuse', reason: 'Expected a bucket name but received nothing.' },
    ]);
  });

  test.each(['2.0', '2.1', '2.6', '2.99', '2', 2.1, undefined, null, ''])(
    'is parsed in version %j',
    (version) => {
      expect(keysOf(altered(s3Event(), 'Records.0.eventVersion', version))).toEqual([key]);
    },
  );

  test.each(['1.0', '3.0', '20.1', 'v2', 3, {}])('is rejected in version %j', (version) => {
    const event = altered(s3Event(), 'Records.0.eventVersion', version);
    expect(parseEvent(event, options)).toMatchObject([
      {
        action: 'refuse',
        reason: expect.stringMatching(/^Expected an eventVersion of 2\.x/),
        bucket,
        key,
      },
    ]);
  });
});

describe('the name of an event', () => {
  test.each([
    'ObjectCreated:Put',
    'ObjectCreated:Post',
    'ObjectCreated:Copy',
    'ObjectCreated:CompleteMultipartUpload',
    's3:ObjectCreated:Put',
    's3:ObjectCreated:*',
    'ObjectCreated',
    'ObjectCreated:SomethingToCome',
    'ObjectSynced:Create',
    's3:ObjectSynced:Create',
    'Replication:Create',
  ])('%s announces an upload', (eventName) => {
    expect(keysOf(s3Event({ eventName }))).toEqual([key]);
  });

  test.each([
    'ObjectRemoved:Delete',
    'ObjectRemoved:DeleteMarkerCreated',
    's3:ObjectRemoved:DeleteAllVersions',
    's3:ObjectRemoved:NoOP',
    'ObjectTagging:Put',
    'ObjectTagging:Delete',
    'ObjectAcl:Put',
    'ObjectRestore:Post',
    'ObjectRestore:Completed',
    'ObjectRestore:Delete',
    'LifecycleExpiration:Delete',
    'LifecycleExpiration:DeleteMarkerCreated',
    'LifecycleTransition',
    'IntelligentTiering',
    'ReducedRedundancyLostObject',
    'Replication:OperationFailedReplication',
    's3:Replication:OperationCompletedReplication',
    's3:ObjectCreated:PutTagging',
    's3:ObjectCreated:DeleteTagging',
    's3:ObjectCreated:PutRetention',
    's3:ObjectCreated:PutLegalHold',
    's3:ObjectAccessed:Get',
    's3:Scanner:BigPrefix',
    's3:BucketCreated:*',
    'ObjectLifecycle:Expiration:Current',
    'ObjectSynced:Delete',
    'ObjectSynced:DeletionMarkerCreated',
    'ObjectCreatedElsewhere:Put',
    'constructor',
  ])('%s is ignored', (eventName) => {
    expect(parseEvent(s3Event({ eventName }), options)).toEqual([
      {
        action: 'ignore',
        reason: `"${eventName}" reports no new object.`,
        bucket,
        key,
        versionId,
        sizeBytes,
      },
    ]);
  });

  const follows = { ...options, onSourceDeleted: 'delete' } as const;
  const removed = (eventName: string, more = {}) =>
    parseEvent(s3Event({ eventName, ...more }), follows);

  test.each([
    'ObjectRemoved:Delete',
    'ObjectRemoved:DeleteMarkerCreated',
    's3:ObjectRemoved:DeleteAllVersions',
    's3:ObjectRemoved:NoOP',
    'LifecycleExpiration:DeleteMarkerCreated',
    'ObjectLifecycle:Expiration:Current',
    'ObjectSynced:Delete',
    'ObjectSynced:DeletionMarkerCreated',
  ])('%s announces a removal without content when outputs follow their sources', (eventName) => {
    expect(removed(eventName)).toEqual([
      {
        action: 'process',
        upload: { bucket, key, sequencer, eventTime: new Date(eventTime), isRemoval: true },
      },
    ]);
  });

  test('an expiry removes the current object without versioning, and an older version with it', () => {
    expect(removed('LifecycleExpiration:Delete', { versionId: undefined })).toMatchObject([
      { action: 'process' },
    ]);
    expect(removed('LifecycleExpiration:Delete')).toMatchObject([
      { action: 'ignore', reason: 'A lifecycle rule removed a version that was not the newest.' },
    ]);
  });

  test.each(['ObjectTagging:Delete', 'ObjectRestore:Delete', 'LifecycleTransition'])(
    '%s is ignored even when outputs follow their sources',
    (eventName) => {
      expect(removed(eventName)).toMatchObject([{ action: 'ignore' }]);
    },
  );

  test('removals of outputs are ignored, and removals of folder-like keys are not', () => {
    expect(removed('ObjectRemoved:Delete', { key: 'grayscale/a.png' })).toMatchObject([
      { action: 'ignore' },
    ]);
    expect(removed('ObjectRemoved:Delete', { key: 'folder/' })).toMatchObject([
      { action: 'process' },
    ]);
  });

  test.each([undefined, null, ''])('may be missing (%j), as in events written by hand', (name) => {
    expect(keysOf(altered(s3Event(), 'Records.0.eventName', name))).toEqual([key]);
  });

  test('is rejected when it is not text', () => {
    expect(parseEvent(altered(s3Event(), 'Records.0.eventName', 7), options)).toMatchObject([
      { action: 'refuse', reason: 'Expected an eventName but received 7.' },
    ]);
  });

  test('is checked first: a removal is ignored even without a key', () => {
    const event = altered(s3Event({ eventName: 'ObjectRemoved:Delete' }), 'Records.0.s3', null);
    expect(parseEvent(event, options)).toMatchObject([{ action: 'ignore' }]);
  });
});

test('the test event of a new notification is ignored and names its bucket', () => {
  expect(parseEvent(s3TestEvent(), options)).toEqual([
    { action: 'ignore', reason: '"s3:TestEvent" reports no new object.', bucket },
  ]);
});

function keysOf(event: unknown): string[] {
  return parseEvent(event, options).map((record) =>
    record.action === 'process' ? record.upload.key : record.reason,
  );
}
