import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { unlessAborted } from '../../src/server/transfer/work-signal.ts';

// A rejection that nobody handles ends the process, and vitest fails for one.
test.each([
  ['before', true],
  ['while it is under way', false],
])('work that is given up %s and fails later harms nobody', async (_, isBefore) => {
  const controller = new AbortController();
  const reason = new Error('gone');
  if (isBefore) controller.abort(reason);
  const work = sleep(20).then(() => Promise.reject(new Error('late')));
  const given = unlessAborted(controller.signal, work);
  if (!isBefore) controller.abort(reason);
  await expect(given).rejects.toBe(reason);
  await sleep(50);
});
