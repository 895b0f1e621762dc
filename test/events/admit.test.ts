import { describe, expect, test } from 'vitest';
import { admitListed, parseEvent } from '../../src/events/index.ts';
import {
  altered,
  cephEvent,
  eventBridgeEvent,
  s3Event,
  sampleObject,
  versityGatewayEvent,
} from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const { bucket, key, versionId, sizeBytes } = sampleObject;

describe('outputs of the system', () => {
  const reason = 'The key is under the output prefix grayscale/.';

  test.each(['grayscale/a.jpg', 'grayscale/grayscale/a.jpg', 'grayscale/'])(
    'are ignored: %s',
    (output) => {
      expect(parseEvent(s3Event({ key: output }), options)).toEqual([
        { action: 'ignore', reason, bucket, key: output, versionId, sizeBytes },
      ]);
    },
  );

  test('are detected in any key encoding', () => {
    const event = altered(s3Event(), 'Records.0.s3.object.key', 'gr%61yscale%2Fa.jpg');
    expect(parseEvent(event, options)).toMatchObject([{ action: 'ignore', reason }]);
  });

  test.each(['grayscale.jpg', 'Grayscale/a.jpg', 'a/grayscale/b.jpg', '/grayscale/a.jpg'])(
    'are not detected as outputs: %s',
    (upload) => {
      expect(parseEvent(s3Event({ key: upload }), options)).toMatchObject([
        { action: 'process', upload: { key: upload } },
      ]);
    },
  );

  test('are only in the output bucket when one is configured', () => {
    const separate = { ...options, outputBucket: 'outputs' };
    const object = { key: 'grayscale/a.jpg' };
    expect(parseEvent(s3Event(object), separate)).toMatchObject([{ action: 'process' }]);
    expect(parseEvent(s3Event({ ...object, bucket: 'outputs' }), separate)).toMatchObject([
      { action: 'ignore', reason },
    ]);
    expect(parseEvent(s3Event({ key: 'a.jpg', bucket: 'outputs' }), separate)).toMatchObject([
      { action: 'process' },
    ]);
  });
});

describe('the bucket', () => {
  const ours = { ...options, bucket: 'ours', outputBucket: 'outputs' };

  test('may be any bucket when none is configured', () => {
    expect(parseEvent(s3Event({ bucket: 'any' }), options)).toMatchObject([{ action: 'process' }]);
  });

  test('must be the configured one, or the record is rejected', () => {
    expect(parseEvent(s3Event({ bucket: 'ours' }, { bucket: 'theirs' }), ours)).toMatchObject([
      { action: 'process' },
      {
        action: 'refuse',
        reason: 'Expected the bucket "ours" but received "theirs".',
        bucket: 'theirs',
        key,
      },
    ]);
  });

  test('may be the output bucket', () => {
    const output = s3Event({ bucket: 'outputs', key: 'grayscale/a.jpg' });
    expect(parseEvent(output, ours)).toMatchObject([{ action: 'ignore' }]);
  });

  test.each([undefined, null, '', 5, {}, 'a/b', 'a b', 'a\0', 'a\n', '\ud800'])(
    'is rejected when it is %j',
    (name) => {
      const event = altered(s3Event(), 'Records.0.s3.bucket.name', name);
      const [record] = parseEvent(event, options);
      expect(record).toMatchObject({ action: 'refuse', key, versionId, sizeBytes });
      expect(record).toHaveProperty('reason', expect.stringMatching(/^Expected a bucket name but/));
      expect(record).not.toHaveProperty('bucket');
    },
  );
});

describe('folder markers', () => {
  test.each(['photos/', 'photos/2026/', 'photos_$folder$'])('are ignored: %s', (marker) => {
    const empty = s3Event({ key: marker, sizeBytes: 0 });
    const ofUnknownSize = altered(empty, 'Records.0.s3.object.size', undefined);
    for (const event of [empty, ofUnknownSize]) {
      expect(parseEvent(event, options)).toMatchObject([
        { action: 'ignore', reason: 'An empty object that marks a folder.', bucket, key: marker },
      ]);
    }
  });

  test('are not objects that hold bytes', () => {
    expect(parseEvent(s3Event({ key: 'photos/', sizeBytes: 1 }), options)).toMatchObject([
      { action: 'process', upload: { key: 'photos/' } },
    ]);
  });

  test('are not empty files', () => {
    expect(parseEvent(s3Event({ key: 'empty.jpg', sizeBytes: 0 }), options)).toMatchObject([
      { action: 'process', upload: { sizeBytes: 0 } },
    ]);
  });
});

describe('a key', () => {
  test.each([
    ['missing', undefined, 'Expected an object key but received nothing.'],
    ['null', null, 'Expected an object key but received null.'],
    ['empty', '', 'Expected an object key but received "".'],
    ['a number', 42, 'Expected an object key but received 42.'],
    ['an object', { a: 1 }, 'Expected an object key but received an object with the keys "a".'],
  ])('is rejected and not reported when it is %s', (_, received, reason) => {
    const event = altered(s3Event(), 'Records.0.s3.object.key', received);
    expect(parseEvent(event, options)).toEqual([
      { action: 'refuse', reason, bucket, versionId, sizeBytes },
    ]);
  });

  test.each([
    ['half an escape', '100%.jpg'],
    ['no UTF-8', 'caf%E9.jpg'],
    ['an encoded surrogate', '%ED%A0%80'],
  ])('is rejected with a fix, and reported unchanged, when it decodes to %s', (_, text) => {
    const reason = `Expected a form-encoded key but received "${text}". Set EVENT_KEY_ENCODING=raw if keys are not encoded.`;
    const event = altered(s3Event(), 'Records.0.s3.object.key', text);
    expect(parseEvent(event, options)).toEqual([
      { action: 'refuse', reason, bucket, key: text, versionId, sizeBytes },
    ]);
  });

  test('is truncated when it is rejected for its length', () => {
    const [record] = parseEvent(eventBridgeEvent({ key: 'k'.repeat(1e6) }), options);
    expect(record).toMatchObject({ action: 'refuse', key: `${'k'.repeat(1_024)}…` });
  });

  const long = 'ä'.repeat(512);

  test.each([
    [
      'longer than 1,024 bytes',
      `${long}a`,
      'Expected a key of at most 1024 bytes but received one of 1025.',
    ],
    ['one with NUL', 'a\0.jpg', 'Expected a key without NUL but received "a\\u0000.jpg".'],
    [
      'one with a lone surrogate',
      'a\ud83d.jpg',
      'Expected a key of well-formed Unicode but received "a\\ud83d.jpg".',
    ],
  ])('is rejected and reported when it is %s', (_, malformed, reason) => {
    for (const event of [eventBridgeEvent({ key: malformed }), cephEvent({ key: malformed })]) {
      expect(parseEvent(event, options)).toEqual([
        { action: 'refuse', reason, bucket, key: malformed, versionId, sizeBytes },
      ]);
    }
  });

  test.each([
    ['of 1,024 bytes', long],
    ['of one space', ' '],
    ['that looks encoded', '%2B+%20'],
    ['with a path of dots', '../a/./b//c.jpg'],
    ['that begins with a slash', '/a.jpg'],
    ['of a prototype', '__proto__'],
    ['with a line break', 'a\nb.jpg'],
  ])('is accepted %s', (_, odd) => {
    for (const event of [s3Event({ key: odd }), versityGatewayEvent({ key: odd })]) {
      expect(parseEvent(event, options)).toMatchObject([{ upload: { key: odd } }]);
    }
  });
});

test.each([
  ['NUL', 'a\0b'],
  ['half a surrogate pair', 'a\ud800'],
  ['more bytes than a store’s have', 'ä'.repeat(513)],
])('loses an ETag, a version and a sequencer that contain %s, which no row may hold', (_, text) => {
  const event = s3Event({ etag: text, versionId: text, sequencer: text });
  const [record] = parseEvent(event, options);
  expect(record?.action === 'process' && Object.keys(record.upload).toSorted()).toEqual([
    'bucket',
    'eventTime',
    'key',
    'sizeBytes',
  ]);
});

test.each([
  ['0000-01-01T00:00:00Z', undefined],
  ['9999-12-31T23:59:59-12:00', undefined],
  ['1969-12-31T23:59:59Z', undefined],
  ['9999-12-31T23:59:59Z', Date.UTC(10_000) - 1_000],
])('accepts the time %s only if PostgreSQL does', (eventTime, expected) => {
  const [record] = parseEvent(s3Event({ eventTime }), options);
  expect(record?.action === 'process' && record.upload.eventTime?.getTime()).toBe(expected);
});

test('rejects a bucket whose name is longer than any valid one', () => {
  const [record] = parseEvent(s3Event({ bucket: 'b'.repeat(256) }), options);
  expect(record).toMatchObject({ action: 'refuse', reason: expect.stringMatching(/bucket name/) });
});

describe('listed objects', () => {
  const listed = { bucket, key: 'a+b %41.png', etag: 'abc', sizeBytes: 7 };

  test.each(['auto', 'form', 'raw'] as const)(
    'keep their keys unchanged, regardless of the key encoding of events (%s)',
    (keyEncoding) => {
      expect(admitListed(listed, { ...options, keyEncoding })).toEqual({
        action: 'process',
        upload: listed,
      });
    },
  );

  test.each([
    ['ignore', 'an own output', { ...listed, key: 'grayscale/a.png' }],
    ['ignore', 'a folder marker', { ...listed, key: 'folder/', sizeBytes: 0 }],
    ['refuse', 'an object of another bucket', { ...listed, bucket: 'foreign' }],
    ['refuse', 'a key with NUL', { ...listed, key: 'a\0b' }],
  ])('follow the rules for events: %s %s', (action, _, object) => {
    expect(admitListed(object, { ...options, bucket })).toMatchObject({ action });
  });
});
