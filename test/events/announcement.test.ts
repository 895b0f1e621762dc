import { describe, expect, test } from 'vitest';
import { parseEvent } from '../../src/events/index.ts';
import type { Upload } from '../../src/pipeline/index.ts';
import { altered, s3Event } from '../../testing/events.ts';

const options = { outputPrefix: 'grayscale/' };

describe('an optional field of an event', () => {
  test.each([
    ['versionId', '', 'versionId', undefined],
    ['versionId', 'null', 'versionId', undefined],
    ['versionId', null, 'versionId', undefined],
    ['versionId', 5, 'versionId', undefined],
    ['eTag', '"abc-2"', 'etag', 'abc-2'],
    ['eTag', '""', 'etag', undefined],
    ['eTag', '', 'etag', undefined],
    ['eTag', null, 'etag', undefined],
    ['sequencer', '', 'sequencer', undefined],
    ['sequencer', 7, 'sequencer', undefined],
    ['size', 0, 'sizeBytes', 0],
    ['size', '2048', 'sizeBytes', 2048],
    ['size', -1, 'sizeBytes', undefined],
    ['size', 1.5, 'sizeBytes', undefined],
    ['size', 2 ** 53, 'sizeBytes', undefined],
    ['size', '99999999999999999999', 'sizeBytes', undefined],
    ['size', '', 'sizeBytes', undefined],
    ['size', ' 1', 'sizeBytes', undefined],
    ['size', '1e3', 'sizeBytes', undefined],
    ['size', [5], 'sizeBytes', undefined],
  ])('%s of %j becomes %s of %j', (field, received, name, value) => {
    const upload = uploadOf(altered(s3Event(), `Records.0.s3.object.${field}`, received));
    const read = Object.entries(upload).filter(([each]) => each === name);
    expect(read).toEqual(value === undefined ? [] : [[name, value]]);
  });

  test.each([
    ['2026-03-01T12:30:45.123456Z', '2026-03-01T12:30:45.123Z'],
    ['2026-03-01T14:30:45+02:00', '2026-03-01T12:30:45.000Z'],
    ['yesterday', undefined],
    ['2026-13-01T00:00:00Z', undefined],
    ['1', undefined],
    ['', undefined],
    [1772368245123, undefined],
    [null, undefined],
  ])('a time of %j becomes %s', (received, time) => {
    const { eventTime } = uploadOf(altered(s3Event(), 'Records.0.eventTime', received));
    expect(eventTime?.toISOString()).toBe(time);
  });
});

function uploadOf(event: unknown): Upload {
  const [record] = parseEvent(event, options);
  if (record?.action !== 'process') throw new Error(`Expected an upload but got ${record?.reason}`);
  return record.upload;
}
