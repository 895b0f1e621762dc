import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse } from 'aws-lambda';
import type { StoreAndQueue } from '../src/sandbox/store-and-queue.ts';
import { sqsEvent } from './events.ts';

/**
 * Feeds the queue's messages to a handler until there are none. Failures that the handler reports
 * are redelivered immediately; all others are deleted. Returns the number of batches.
 */
export async function drainQueue(
  { sqs, queueUrl }: StoreAndQueue,
  handle: (event: unknown) => Promise<SQSBatchResponse>,
): Promise<number> {
  for (let batches = 0; ; batches++) {
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages: messages = [] } = await sqs.send(command);
    if (messages.length === 0) return batches;
    const event = sqsEvent(...messages.map(({ Body }) => Body));
    const { batchItemFailures } = await handle(event);
    const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    await Promise.all(
      messages.map((message, index) =>
        failed.has(event.Records[index]?.messageId ?? '') ? release(message) : remove(message),
      ),
    );
  }

  async function remove({ ReceiptHandle }: Message) {
    await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
  }

  async function release({ ReceiptHandle }: Message) {
    const now = { QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout: 0 };
    await sqs.send(new ChangeMessageVisibilityCommand(now));
  }
}
