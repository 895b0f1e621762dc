import { expect, test } from 'vitest';
import { createTally, slowestRecovery } from './tally.ts';

test('counts log lines of the workers, and no other output', () => {
  let now = 0;
  const tally = createTally(() => ++now);
  tally.readLine('{"message":"converted","key":"a","stagesMs":{}}');
  tally.readLine('{"message":"failed","code":"CORRUPT_IMAGE","key":"b","stagesMs":{}}');
  tally.readLine(
    '{"message":"retried","error":{"name":"TimeoutError","message":"read ECONNRESET"}}',
  );
  tally.readLine('{"message":"ignored"}');
  tally.readLine('The queue did not answer');
  tally.countReceive(1);
  tally.countReceive(3);
  expect(tally.outcomes).toEqual({ converted: 1, CORRUPT_IMAGE: 1 });
  expect(tally.retries).toEqual({ 'TimeoutError: read ECONNRESET': 1 });
  expect(tally.receives).toEqual({ first: 1, again: 1, max: 3 });
  expect(tally.successesAt).toEqual([1]);
});

test('a recovery ends with the next success', () => {
  const ends = [
    { kind: 'kill a worker', endedAt: 10 },
    { kind: 'stall S3', endedAt: 25 },
    { kind: 'cut connections to S3', endedAt: 90 },
  ];
  expect(slowestRecovery(ends, [5, 12, 60, 61])).toEqual({ kind: 'stall S3', ms: 35 });
});
