import { expect, test, vi } from 'vitest';
import {
  EntryRejectedError,
  isPermanent,
  Rejected,
  Timeout,
  Unavailable,
} from '../../src/pipeline/index.ts';
import { toProblem } from '../../src/server/problems/problem-response.ts';

test.each([
  ['unavailable', new Unavailable('connect ECONNREFUSED 10.0.0.7'), /\/readyz shows/],
  ['refusing', new Rejected('AccessDenied to arn:aws:s3:::secret'), /\/readyz shows/],
  ['too slow', new Timeout('10.0.0.7 did not answer'), /shorter time range \(since, until\)/],
])('a service that is %s causes 503, without its address', (_, error, detail) => {
  const log = vi.fn();
  const problem = toProblem(error, log);
  expect(problem).toMatchObject({
    status: 503,
    code: 'TRY_AGAIN',
    detail: expect.stringMatching(detail),
  });
  expect(problem.detail).not.toMatch(/10\.0|arn/);
  expect(log).toHaveBeenCalledExactlyOnceWith(error);
});

test('a known problem of a service is named with its fix', () => {
  const problem = toProblem(new Rejected('403', { advice: 'Check the key.' }), () => {});
  expect(problem).toMatchObject({ code: 'TRY_AGAIN', detail: 'Check the key. Then try again.' });
});

test.each([
  ['a system error code', Object.assign(new Error('no such file'), { code: 'ENOENT' })],
  ['a SQLSTATE', Object.assign(new Error('deadlock'), { code: '40P01' })],
  ['a message about a timeout', new Error('timeout of a request')],
])('an error that no adapter translated is an internal error: %s', (_, error) => {
  expect(toProblem(error, () => {})).toMatchObject({ status: 500, code: 'INTERNAL' });
});

test('an upload is permanently refused only because of its row: rights may be granted', () => {
  expect(isPermanent(new EntryRejectedError())).toBe(true);
  expect(isPermanent(new Rejected('AccessDenied'))).toBe(false);
});
