import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeRecord, eventKind, parseEvent, parseMessage } from '../../src/events/index.ts';
import {
  altered,
  batchOperationsV1Event,
  batchOperationsV2Event,
  cephEvent,
  eventBridgeEvent,
  minioEvent,
  receivedMessages,
  rustfsEvent,
  type SampleObject,
  s3Event,
  s3TestEvent,
  sampleObject,
  snsEvent,
  snsNotification,
  sqsEvent,
  versityGatewayEvent,
} from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };

const dialects: [name: string, eventOf: (object: Partial<SampleObject>) => unknown][] = [
  ['S3', s3Event],
  ['MinIO', minioEvent],
  ['RustFS', rustfsEvent],
  ['Ceph', cephEvent],
  ['VersityGW', versityGatewayEvent],
  ['EventBridge', eventBridgeEvent],
  ['S3 Batch Operations 1.0', batchOperationsV1Event],
  ['S3 Batch Operations 2.0', batchOperationsV2Event],
  ['S3 in SQS', (object) => sqsEvent(s3Event(object))],
  ['S3 in SNS', (object) => snsEvent(s3Event(object))],
  ['S3 in SNS in SQS', (object) => sqsEvent(snsNotification(s3Event(object)))],
  ['EventBridge in SNS in SQS', (object) => sqsEvent(snsNotification(eventBridgeEvent(object)))],
];

/** Keys of at most 1,024 bytes of any characters, except outputs and folder markers. */
const keys = fc
  .string({ unit: 'binary', minLength: 1, maxLength: 256 })
  .filter((key) => !/\0|^grayscale\/|\/$|_\$folder\$$/.test(key));

test.each(dialects)('any key is unchanged after being written and parsed as %s', (_, eventOf) => {
  fc.assert(
    fc.property(keys, (key) => {
      expect(parseEvent(eventOf({ key }), options)).toMatchObject([
        { action: 'process', upload: { bucket: sampleObject.bucket, key } },
      ]);
    }),
  );
});

describe('a value that is not an event', () => {
  const expectedEvent = 'Expected an event from S3, SQS, SNS, EventBridge or S3 Batch Operations';

  test.each([
    [undefined, 'nothing'],
    [null, 'null'],
    [42, '42'],
    [true, 'true'],
    ['hello', '"hello"'],
    [{}, 'an empty object'],
    [{ key1: 1, key2: 2 }, 'an object with the keys "key1", "key2"'],
    [JSON.parse('{"__proto__":{"Records":[]}}'), 'an object with the keys "__proto__"'],
    [10n, '10'],
    [Symbol('s'), 'Symbol(s)'],
  ])('is rejected once, and the message says what it is: %s', (event, received) => {
    expect(parseEvent(event, options)).toEqual([
      { action: 'refuse', reason: `${expectedEvent} but received ${received}.` },
    ]);
  });

  test.each([
    ['JSON encoded twice', sqsEvent(JSON.stringify(JSON.stringify(s3Event())))],
    ["a function's destination", { version: '1.0', requestPayload: s3Event() }],
  ])('is rejected with the name of what it resembles: %s', (resembles, event) => {
    expect(parseEvent(event, options)).toEqual([
      { action: 'refuse', reason: expect.stringContaining(resembles) },
    ]);
  });

  test.each([null, 7, 'record', [], { dynamodb: {} }])(
    'is rejected among records, and the other records are parsed: %j',
    (record) => {
      const event = altered(s3Event({ key: 'a' }, {}, { key: 'b' }), 'Records.1', record);
      expect(parseEvent(event, options)).toMatchObject([
        { upload: { key: 'a' } },
        { action: 'refuse', reason: expect.stringContaining(expectedEvent) },
        { upload: { key: 'b' } },
      ]);
    },
  );

  test.each([null, 'abc', 5, {}])('may have Records that are no array: %j', (Records) => {
    expect(parseEvent({ Records }, options)).toEqual([
      { action: 'refuse', reason: expect.stringMatching(/^Expected Records to be an array but/) },
    ]);
  });

  test('is described briefly, however large it is', () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `${'name'.repeat(100)}${index}`);
    const events = [
      Object.fromEntries(names.map((name) => [name, 1])),
      'x'.repeat(1e6),
      s3Event({ eventName: 'x'.repeat(1e6) }),
      s3Event({ bucket: `/${'x'.repeat(1e6)}` }),
      altered(s3Event(), 'Records.0.s3.object.key', '%'.repeat(1e6)),
    ];
    for (const event of events) {
      const [record] = parseEvent(event, options);
      expect(record?.action !== 'process' && record?.reason.length).toBeLessThan(1500);
    }
  });

  test.each([
    ['Records', { Records: new Array(100_000).fill({}) }],
    ['events', new Array(100_000).fill({})],
    ['tasks', { tasks: new Array(100_000).fill({}) }],
  ])('with 100,000 %s is rejected after the first thousand', (_, event) => {
    let read = 0;
    const counted = JSON.parse(JSON.stringify(event), (_name, value) =>
      Array.isArray(value) ? counting(value) : value,
    );
    expect(parseEvent(counted, options)).toEqual([
      { action: 'refuse', reason: 'Expected at most 1000 records in an event but found more.' },
    ]);
    expect(read).toBe(1_001);

    function counting(array: unknown[]): unknown[] {
      return new Proxy(array, {
        get(target, name, receiver) {
          if (/^\d+$/.test(String(name))) read++;
          return Reflect.get(target, name, receiver);
        },
      });
    }
  });
});

describe('the parser never throws on', () => {
  const samples: unknown[] = [
    s3TestEvent(),
    receivedMessages(s3Event()),
    ...dialects.map(([, eventOf]) => eventOf({})),
  ];

  test('any JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(Array.isArray(parseEvent(value, options))).toBe(true);
        expect(Array.isArray(parseMessage(JSON.stringify(value), options))).toBe(true);
        expect(typeof eventKind(value)).toBe('string');
      }),
    );
  });

  test('any object that cannot be converted to text', () => {
    const unconvertible = { toString: 1, valueOf: 1, toJSON: 1, length: -1 };
    for (const sample of samples) {
      for (const path of pathsOf(sample)) {
        expect(Array.isArray(parseEvent(altered(sample, path, unconvertible), options))).toBe(true);
      }
    }
  });

  test('any event with one value replaced', () => {
    fc.assert(
      fc.property(
        fc
          .constantFrom(...samples)
          .chain((sample) =>
            fc.tuple(fc.constant(sample), fc.constantFrom(...pathsOf(sample)), fc.jsonValue()),
          ),
        ([sample, path, value]) => {
          for (const record of parseEvent(altered(sample, path, value), options)) {
            expect(describeRecord(record).action).toMatch(/^(process|ignore|refuse)$/);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

/** The path of every value within an event, for example `Records.0.s3.object.key`. */
function pathsOf(event: unknown): string[] {
  if (typeof event !== 'object' || event === null) return [];
  return Object.entries(event).flatMap(([name, value]) => [
    name,
    ...pathsOf(value).map((path) => `${name}.${path}`),
  ]);
}
