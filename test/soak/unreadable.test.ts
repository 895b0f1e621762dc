import { expect, test } from 'vitest';
import { parseMessage } from '../../src/events/index.ts';
import { drawFor } from './draw.ts';
import { checkDeadLetters, drawUnreadable } from './unreadable.ts';

const messages = drawUnreadable(drawFor(1, 0), { count: 200, withinMs: 1_000 });
const bodies = messages.map(({ body }) => body);

test('all bodies differ, and none can be parsed', () => {
  expect(new Set(bodies).size).toBe(200);
  const options = { outputPrefix: 'grayscale/', bucket: 'uploads' };
  for (const body of bodies) {
    const records = parseMessage(body, options);
    expect(records.map(({ action }) => action)).not.toContain('process');
    expect(records.map(({ action }) => action)).toContain('refuse');
  }
});

test('they alone become dead letters, each once', () => {
  expect(checkDeadLetters(messages, bodies.toReversed())).toEqual([]);
  expect(checkDeadLetters(messages, bodies.slice(1))).toMatchObject([
    { key: 'the dead letters', reason: `include 0 times instead of once: ${bodies[0]}` },
  ]);
  expect(checkDeadLetters(messages, [...bodies, bodies[3] as string])).toMatchObject([
    { reason: `include 2 times instead of once: ${bodies[3]}` },
  ]);
  expect(checkDeadLetters(messages, [...bodies, 'an upload'])).toMatchObject([
    { reason: 'include a message that could have been processed: an upload' },
  ]);
});
