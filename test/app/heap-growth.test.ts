import { once } from 'node:events';
import { Script } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { growHeapFaster, suspendHeapGrowth } from '../../src/convert/heap-growth.ts';

test('a thread starts with the options for which Node was compiled', async () => {
  let count = 0;
  // V8 does not look at the code that it is given if it has compiled the same text before.
  const nextText = () => `${count++} + 1`;
  const cachedData = new Script(nextText()).createCachedData();
  /** V8 uses compiled code only with the options that it was compiled with. */
  const usesCompiledCode = () => !new Script(nextText(), { cachedData }).cachedDataRejected;

  const early = new Worker('', { eval: true });
  suspendHeapGrowth(early);
  growHeapFaster();
  expect(usesCompiledCode()).toBe(true);
  await once(early, 'exit');
  expect(usesCompiledCode()).toBe(false);

  const threads = [0, 1].map(() => new Worker('setTimeout(() => {}, 1e6)', { eval: true }));
  for (const thread of threads) suspendHeapGrowth(thread);
  expect(usesCompiledCode()).toBe(true);
  await Promise.all(threads.map((thread) => once(thread, 'online')));
  expect(usesCompiledCode()).toBe(false);

  await Promise.all(threads.map((thread) => thread.terminate()));
  expect(usesCompiledCode()).toBe(false);
});
