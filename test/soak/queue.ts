import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';

const attributes = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** Messages in a queue: waiting, in flight and delayed. */
export async function countMessages({ sqs }: StoreAndQueue, queueUrl: string): Promise<number> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: queueUrl,
    AttributeNames: [...attributes],
  });
  const { Attributes = {} } = await sqs.send(command);
  return attributes.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/** Waits until the queue is empty; returns whether that happened in time. */
export async function untilEmpty(store: StoreAndQueue, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while ((await countMessages(store, store.queueUrl)) > 0) {
    if (performance.now() > deadline) return false;
    await sleep(200);
  }
  return true;
}

/** Puts dead letters back into the queue, as an operator does. */
export async function redrive({ sqs, queueUrl }: StoreAndQueue, bodies: string[]): Promise<void> {
  for (const MessageBody of bodies) {
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
  }
}

/** Empties the dead-letter queue, and returns the bodies. */
export async function takeDeadLetters({
  sqs,
  deadLetterQueueUrl,
}: StoreAndQueue): Promise<string[]> {
  const bodies: string[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl: deadLetterQueueUrl,
      MaxNumberOfMessages: 10,
    });
    const { Messages: messages = [] } = await sqs.send(command);
    if (messages.length === 0) return bodies;
    for (const { Body = '', ReceiptHandle } of messages) {
      bodies.push(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: deadLetterQueueUrl, ReceiptHandle }));
    }
  }
}
