import { expect, test } from 'vitest';
import { parseTime, parseTimeRange } from '../../src/stats/time-window.ts';

const now = Date.parse('2026-03-01T12:00:00Z');

test.each([
  ['90s', '2026-03-01T11:58:30.000Z'],
  ['15m', '2026-03-01T11:45:00.000Z'],
  ['24h', '2026-02-28T12:00:00.000Z'],
  ['7d', '2026-02-22T12:00:00.000Z'],
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T08:30', '2026-01-31T08:30:00.000Z'],
  ['2026-01-31T08:30:15.5Z', '2026-01-31T08:30:15.500Z'],
  ['2026-01-31T08:30:00+02:00', '2026-01-31T06:30:00.000Z'],
])('reads the moment %s', (text, expected) => {
  expect(new Date(parseTime(text, now) ?? 0).toISOString()).toBe(expected);
});

test.each(['', '24', 'h', '-1h', 'yesterday', '2026-13-01', '1d2h', '2026', '1.5h'])(
  'rejects the moment "%s"',
  (text) => expect(parseTime(text, now)).toBeUndefined(),
);

test.each([
  ['2026-01-01..2026-01-02', '2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'],
  ['2026-02-01..', '2026-02-01T00:00:00.000Z', '2026-03-01T12:00:00.000Z'],
  ['48h..24h', '2026-02-27T12:00:00.000Z', '2026-02-28T12:00:00.000Z'],
])('reads the range %s', (text, since, until) => {
  const range = parseTimeRange(text, now) ?? expect.fail();
  expect([range.sinceMs, range.untilMs].map((ms) => new Date(ms).toISOString())).toEqual([
    since,
    until,
  ]);
});

test.each(['2026-01-01', '..', '..2026-01-01', '24h..48h', 'a..b', '1h..1h', '2d..1d..'])(
  'rejects the range "%s"',
  (text) => expect(parseTimeRange(text, now)).toBeUndefined(),
);
