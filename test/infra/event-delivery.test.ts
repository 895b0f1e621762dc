// Which messages reach the function: only outputs of the system are dropped on the way.
import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { parseMessage } from '../../src/events/index.ts';
import { eventBridgeEvent, s3Event } from '../../testing/events.ts';
import { matches } from './event-pattern.ts';
import { type FilterCriteria, isDelivered } from './lambda-filter.ts';
import { messageBodies } from './message-bodies.ts';
import { synthesize } from './synthesize.ts';
import { variants } from './variants.ts';

const { templates } = synthesize({
  separateBuckets: variants.existingResources,
  sameBucket: { source: { kind: 'existing', name: 'uploads' }, database: { kind: 'new' } },
  byRule: {
    source: { kind: 'existing', name: 'uploads' },
    events: 'eventbridge',
    onSourceDeleted: 'delete',
    database: { kind: 'new' },
  },
});

const options = { outputPrefix: 'grayscale/', onSourceDeleted: 'delete' } as const;
const isOwnOutput = (body: string) =>
  parseMessage(body, options).every(
    (record) => record.action === 'ignore' && /output prefix/.test(record.reason),
  );

function criteriaOf(template: Template): FilterCriteria | undefined {
  const mappings = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'));
  expect(mappings).toHaveLength(1);
  return mappings[0]?.Properties.FilterCriteria;
}

describe('the event source', () => {
  test('is tested with every event format in every envelope', () => {
    expect(new Set(messageBodies.map(([, body]) => body)).size).toBeGreaterThan(150);
  });

  test.each(Object.keys(templates))('of %s delivers everything but outputs', (name) => {
    const criteria = criteriaOf(templates[name] as Template);
    const dropped = messageBodies.filter(
      ([, body]) => !isDelivered(criteria, body) && !isOwnOutput(body),
    );
    expect(dropped.map(([what]) => what)).toEqual([]);
  });
});

describe('a filter', () => {
  const criteriaFor = (...bodies: unknown[]): FilterCriteria => ({
    Filters: bodies.map((body) => ({ Pattern: JSON.stringify({ body }) })),
  });
  const notOutput = [{ 'anything-but': { prefix: 'grayscale/' } }];
  const json = criteriaFor({ Records: { s3: { object: { key: notOutput } } } });
  const upload = JSON.stringify(s3Event({ key: 'a.jpg' }));

  // The table in with-sqs-filtering.html.
  test.each([
    ['JSON', 'JSON', json, upload, true],
    ['JSON', 'a plain string', criteriaFor([{ prefix: '' }]), upload, false],
    ['a plain string', 'JSON', json, 'a.jpg', false],
    ['a plain string', 'a plain string', criteriaFor([{ prefix: 'a' }]), 'a.jpg', true],
    ['a plain string', 'nothing', { Filters: [{ Pattern: '{}' }] }, 'a.jpg', true],
  ])('matches a body of %s with a pattern for %s', (_body, _pattern, criteria, body, expected) => {
    expect(isDelivered(criteria, body)).toBe(expected);
  });

  test('on the body would drop uploads, so there is none', () => {
    const dropped = messageBodies.filter(
      ([, body]) => !isDelivered(json, body) && !isOwnOutput(body),
    );
    expect(dropped.map(([what]) => what)).toEqual(
      expect.arrayContaining([
        'an upload, from s3, in a notification of SNS',
        'an upload, from eventbridge, by itself',
        'a plain string',
      ]),
    );
  });
});

describe('the rule of EventBridge', () => {
  const [rule] = Object.values(templates.byRule?.findResources('AWS::Events::Rule') ?? {});
  const isSent = (overrides: object) =>
    matches(rule?.Properties.EventPattern, eventBridgeEvent({ bucket: 'uploads', ...overrides }));

  test.each([
    ['a.jpg', true],
    ['grayscale-holiday/a b+ä.jpg', true],
    ['in/grayscale/a.jpg', true],
    ['grayscale/a.jpg', false],
  ])('matches the creation and the removal of %s: sent %s', (key, expected) => {
    expect(isSent({ key })).toBe(expected);
    expect(isSent({ key, detailType: 'Object Deleted' })).toBe(expected);
    const body = JSON.stringify(eventBridgeEvent({ bucket: 'uploads', key }));
    expect(isOwnOutput(body)).toBe(!expected);
  });

  test('sends nothing from another bucket', () => {
    expect(isSent({ bucket: 'others', key: 'a.jpg' })).toBe(false);
  });
});
