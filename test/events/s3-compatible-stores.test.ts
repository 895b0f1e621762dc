import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/events/index.ts';
import {
  altered,
  cephEvent,
  minioEvent,
  rustfsEvent,
  s3Event,
  sampleObject,
  versityGatewayEvent,
} from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const { bucket, key, versionId, etag, sizeBytes, sequencer } = sampleObject;

describe('an S3-compatible store', () => {
  const expectedUpload = { bucket, key, versionId, etag, sizeBytes, sequencer };

  test.each([
    ['MinIO, with slashes encoded', minioEvent()],
    ['RustFS, with slashes encoded', rustfsEvent()],
    ['Ceph, with unencoded keys', cephEvent()],
    ['VersityGW, with unencoded keys', versityGatewayEvent()],
    [
      'VersityGW, with an ARN that has no slash before the bucket',
      altered(versityGatewayEvent(), 'Records.0.s3.bucket.arn', `arn:aws:s3:::${bucket}/${key}`),
    ],
    ['earlier VersityGW, with a bare array', versityGatewayEvent().Records],
    ['any other, form-encoded', altered(s3Event(), 'Records.0.eventSource', 'sgws:s3')],
    ['any other that does not say its name', altered(s3Event(), 'Records.0.eventSource', null)],
  ])('is supported: %s', (_, event) => {
    expect(parseEvent(event, options)).toMatchObject([{ upload: expectedUpload }]);
  });

  test.each([
    ['raw', s3Event({ key: 'a b+c.jpg' }), 'a+b%2Bc.jpg'],
    ['form', cephEvent({ key: 'a+b%2Bc.jpg' }), 'a b+c.jpg'],
    ['form', versityGatewayEvent({ key: 'a+b%2Bc.jpg' }), 'a b+c.jpg'],
    ['auto', s3Event({ key: 'a b+c.jpg' }), 'a b+c.jpg'],
  ] as const)('can be set to encode keys otherwise: %s', (keyEncoding, event, expectedKey) => {
    expect(parseEvent(event, { ...options, keyEncoding })).toMatchObject([
      { upload: { key: expectedKey } },
    ]);
  });

  test('is not detected as VersityGW from its ARN alone', () => {
    const event = altered(s3Event(), 'Records.0.s3.bucket.arn', `arn:aws:s3:::${bucket}/other`);
    expect(parseEvent(event, options)).toMatchObject([{ upload: { key } }]);
  });

  test('may report sizes as text, as in Ceph’s documentation', () => {
    const event = altered(cephEvent(), 'Records.0.s3.object.size', '1024');
    expect(parseEvent(event, options)).toMatchObject([{ upload: { sizeBytes: 1024 } }]);
  });
});
