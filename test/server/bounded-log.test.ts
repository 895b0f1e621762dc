import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createBoundedLog } from '../../src/server/logging/bounded-log.ts';

test('writes a limited number of lines per message and window, then the number of omitted lines', async () => {
  const lines: unknown[] = [];
  const log = createBoundedLog((...line) => lines.push(line), { maxLines: 2, windowMs: 50 });
  for (let i = 0; i < 1_000; i++) log('warn', 'refused', { i });
  log('warn', 'other');
  expect(lines).toEqual([
    ['warn', 'refused', { i: 0 }],
    ['warn', 'refused', { i: 1 }],
    ['warn', 'other', undefined],
  ]);
  await sleep(150);
  expect(lines.slice(3)).toEqual([['warn', 'refused: lines omitted', { count: 998 }]]);
  log('warn', 'refused', { i: 'again' });
  expect(lines.at(-1)).toEqual(['warn', 'refused', { i: 'again' }]);
});
