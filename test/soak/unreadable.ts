import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { writeNotification } from '../../src/events/index.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import type { Violation } from './check-promise.ts';
import type { Draw } from './draw.ts';

/** A message that cannot be parsed: it must become a dead letter, and not delay any other. */
export interface UnreadableMessage {
  atMs: number;
  body: string;
}

/** All bodies differ, so that each can be recognised. */
const makeBodies: ((name: string) => string)[] = [
  (name) => `Not an S3 event: ${name}`,
  (name) => eventOf(name, 'uploads').slice(0, -4),
  (name) => eventOf(name, 'uploads').replace('"eventVersion":"2.1"', '"eventVersion":"3.0"'),
  (name) => eventOf(name, 'other-bucket'),
  (name) => JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventVersion: '2.1', name }] }),
];

export function drawUnreadable(
  draw: Draw,
  { count, withinMs }: { count: number; withinMs: number },
): UnreadableMessage[] {
  return Array.from({ length: count }, (_, i) => ({
    atMs: draw.below(Math.max(1, withinMs)),
    body: draw.pick(makeBodies)(`unreadable ${i}`),
  }));
}

export async function sendUnreadable(
  messages: UnreadableMessage[],
  { sqs, queueUrl }: StoreAndQueue,
): Promise<void> {
  await Promise.all(
    messages.map(async ({ atMs, body }) => {
      await sleep(atMs);
      await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    }),
  );
}

/** The dead letters must be exactly the unreadable messages, each of them once. */
export function checkDeadLetters(sent: UnreadableMessage[], dead: string[]): Violation[] {
  const expected = new Set(sent.map(({ body }) => body));
  const found = new Map(
    [...Map.groupBy(dead, (body) => body)].map(([body, all]) => [body, all.length]),
  );
  const violations = (body: string, reason: string) => ({
    key: 'the dead letters',
    reason: `${reason}: ${body}`,
  });
  return [
    ...[...expected].flatMap((body) => {
      const times = found.get(body) ?? 0;
      return times === 1 ? [] : [violations(body, `include ${times} times instead of once`)];
    }),
    ...[...found.keys()].flatMap((body) =>
      expected.has(body)
        ? []
        : [violations(body, 'include a message that could have been processed')],
    ),
  ];
}

function eventOf(key: string, bucket: string): string {
  return writeNotification({
    ...{ eventName: 'ObjectCreated:Put', configurationId: 'soak', bucket, key, sizeBytes: 1 },
    // A plan depends only on its seed.
    time: new Date('2026-01-01'),
  });
}
