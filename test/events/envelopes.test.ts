import { describe, expect, test } from 'vitest';
import { parseEvent, parseMessage } from '../../src/events/index.ts';
import {
  altered,
  eventBridgeEvent,
  receivedMessages,
  s3Event,
  s3TestEvent,
  snsEvent,
  snsNotification,
  sqsEvent,
} from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };
const expectedEvent = 'Expected an event from S3, SQS, SNS, EventBridge or S3 Batch Operations';

/** Each puts the events into one envelope, next to each other if it holds several. */
const envelopes: [name: string, around: (...events: unknown[]) => unknown][] = [
  ['SQS', sqsEvent],
  ['SQS as ReceiveMessage returns it', receivedMessages],
  ['SNS', snsEvent],
  ['SNS in SQS', (...events) => sqsEvent(...events.map((event) => snsNotification(event)))],
  ['SQS as EventBridge Pipes passes it on', (...events) => sqsEvent(...events).Records],
  [
    'SNS in SQS as EventBridge Pipes passes it on',
    (...events) => sqsEvent(...events.map((event) => snsNotification(event))).Records,
  ],
  ['an array', (...events) => events],
  ['an array in SQS', (...events) => sqsEvent(events)],
];

describe.each(envelopes)('in %s', (_, around) => {
  test('an S3 notification is parsed', () => {
    expect(keysOf(around(s3Event({ key: 'a b+ä.jpg' })))).toEqual(['a b+ä.jpg']);
  });

  test('an event of EventBridge is parsed', () => {
    expect(keysOf(around(eventBridgeEvent({ key: 'a b+ä.jpg' })))).toEqual(['a b+ä.jpg']);
  });

  test('the test event is ignored', () => {
    expect(parseEvent(around(s3TestEvent()), options)).toMatchObject([
      { action: 'ignore', reason: expect.stringContaining('s3:TestEvent') },
    ]);
  });

  test('all records of all events are parsed, in order', () => {
    const event = around(s3Event({ key: 'a' }, { key: 'b' }), eventBridgeEvent({ key: 'c' }));
    expect(keysOf(event)).toEqual(['a', 'b', 'c']);
  });

  test('a malformed event does not affect the other events', () => {
    const nothing = { key1: 'value1', key2: 'value2' };
    const event = around(s3Event({ key: 'a' }), nothing, s3Event({ key: 'b' }));
    expect(keysOf(event)).toEqual([
      'a',
      `${expectedEvent} but received an object with the keys "key1", "key2".`,
      'b',
    ]);
  });
});

describe('the body of an SQS message', () => {
  test('is parsed as JSON', () => {
    const [record] = sqsEvent(snsNotification(s3Event({ key: 'a.jpg' }))).Records;
    expect(parseMessage(record?.body, options)).toMatchObject([{ upload: { key: 'a.jpg' } }]);
  });

  test('may already be parsed', () => {
    expect(parseMessage(s3Event({ key: 'a.jpg' }), options)).toMatchObject([
      { upload: { key: 'a.jpg' } },
    ]);
  });

  test('counts as one of the five envelopes allowed', () => {
    const three = [[[s3Event({ key: 'a.jpg' })]]];
    expect(parseMessage(JSON.stringify([three]), options)).toMatchObject([{ action: 'process' }]);
    expect(parseMessage(JSON.stringify([[three]]), options)).toMatchObject([{ action: 'refuse' }]);
  });

  test.each([
    ['no JSON', 'hello', 'Expected a JSON event but received "hello".'],
    ['partial', '{"Records":[{', 'Expected a JSON event but received "{\\"Records\\":[{".'],
    ['empty', '', 'Expected a JSON event but received "".'],
    ['missing', undefined, `${expectedEvent} but received nothing.`],
    ['a number', '42', `${expectedEvent} but received 42.`],
    ['null', 'null', `${expectedEvent} but received null.`],
  ])('is rejected when it is %s', (_, body, reason) => {
    expect(parseMessage(body, options)).toEqual([{ action: 'refuse', reason }]);
  });

  test('is rejected in its place among the other events', () => {
    const event = sqsEvent(s3Event({ key: 'a' }), 'hello', s3Event({ key: 'b' }));
    expect(keysOf(event)).toEqual(['a', 'Expected a JSON event but received "hello".', 'b']);
  });

  test('is rejected when the message has none', () => {
    const [record] = sqsEvent('').Records;
    const { body: _, ...bodiless } = { ...record };
    expect(parseEvent({ Records: [bodiless] }, options)).toMatchObject([{ action: 'refuse' }]);
  });
});

describe('an SNS notification', () => {
  test('is parsed in the form that HTTP delivers', () => {
    expect(keysOf(snsNotification(s3Event({ key: 'a.jpg' })))).toEqual(['a.jpg']);
  });

  test.each(['SubscriptionConfirmation', 'UnsubscribeConfirmation'])(
    'of type %s is ignored',
    (type) => {
      const confirmation = snsNotification('You have chosen to subscribe ...', { type });
      for (const event of [confirmation, sqsEvent(confirmation)]) {
        expect(parseEvent(event, options)).toEqual([
          { action: 'ignore', reason: `SNS sent a ${type}, which reports no object.` },
        ]);
      }
    },
  );

  test('of an unknown type is rejected', () => {
    const event = snsNotification(s3Event(), { type: 'Rumour' });
    expect(parseEvent(event, options)).toEqual([
      { action: 'refuse', reason: 'Expected an SNS Notification but received "Rumour".' },
    ]);
  });

  test('without a message is rejected', () => {
    for (const value of [undefined, 'hello', { Message: 'hello' }]) {
      expect(parseEvent(altered(snsEvent(''), 'Records.0.Sns', value), options)).toMatchObject([
        { action: 'refuse' },
      ]);
    }
  });
});

describe('nested envelopes', () => {
  test.each([
    ['SQS', (event: unknown) => sqsEvent(event)],
    ['SNS', (event: unknown) => snsNotification(event)],
    ['arrays', (event: unknown) => [event]],
  ])('of %s are opened to a depth of five', (_, around) => {
    const five = around(around(around(around(around(s3Event({ key: 'a.jpg' }))))));
    expect(keysOf(five)).toEqual(['a.jpg']);
    expect(parseEvent(around(five), options)).toEqual([
      {
        action: 'refuse',
        reason: 'Expected an event within at most 5 envelopes but found more.',
      },
    ]);
  });

  test('do not exhaust the stack', () => {
    const depth = 100_000;
    const arrays = JSON.parse('['.repeat(depth) + ']'.repeat(depth));
    const bodies = JSON.parse(`${'{"body":'.repeat(depth)}0${'}'.repeat(depth)}`);
    const records = JSON.parse('{"Records":['.repeat(depth) + ']}'.repeat(depth));
    for (const event of [arrays, bodies, records]) {
      expect(parseEvent(event, options)).toMatchObject([{ action: 'refuse' }]);
    }
  });
});

function keysOf(event: unknown): string[] {
  return parseEvent(event, options).map((record) =>
    record.action === 'process' ? record.upload.key : record.reason,
  );
}
