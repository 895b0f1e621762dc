import { describe, expect, test } from 'vitest';
import { describeRecord, parseEvent } from '../../src/events/index.ts';
import { s3Event, sampleObject } from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };

describe('the description of a record', () => {
  const { bucket, key, versionId, sizeBytes } = sampleObject;

  test('of an upload has its fields in a fixed order', () => {
    const [description] = parseEvent(s3Event(), options).map(describeRecord);
    const fields = { bucket, key, versionId, sizeBytes, action: 'process' };
    expect(JSON.stringify(description)).toBe(JSON.stringify(fields));
  });

  test('of a rejection ends with the reason, and has null for an unknown name', () => {
    const [description] = parseEvent(s3Event({ bucket: '' }), options).map(describeRecord);
    const reason = 'Expected a bucket name but received "".';
    const fields = { bucket: null, key, versionId, sizeBytes, action: 'refuse', reason };
    expect(JSON.stringify(description)).toBe(JSON.stringify(fields));
  });

  test('of an unknown event has both names', () => {
    const [description] = parseEvent({}, options).map(describeRecord);
    expect(description).toMatchObject({ bucket: null, key: null, action: 'refuse' });
  });
});
