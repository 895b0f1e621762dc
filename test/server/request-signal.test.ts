import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { unlessAborted } from '../../src/process/unless-aborted.ts';

// An unhandled rejection ends the process, and fails the test run.
test.each([
  ['before', true],
  ['while in progress', false],
])('work aborted %s may fail later without an unhandled rejection', async (_, isBefore) => {
  const controller = new AbortController();
  const reason = new Error('gone');
  if (isBefore) controller.abort(reason);
  const work = sleep(20).then(() => Promise.reject(new Error('late')));
  const aborted = unlessAborted(controller.signal, work);
  if (!isBefore) controller.abort(reason);
  await expect(aborted).rejects.toBe(reason);
  await sleep(50);
});
