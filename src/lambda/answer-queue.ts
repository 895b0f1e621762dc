import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseMessage } from '../events/index.ts';
import type { Invocation } from './invocation.ts';
import { causeOf, settleRecords } from './settle-records.ts';

/**
 * Processes a batch of queue messages and returns those to be redelivered. These are messages with
 * an upload that may succeed on a retry, and invalid messages, which the queue finally moves to its
 * dead letters. Permanent failures are in the ledger and are not redelivered.
 */
export async function answerQueue(
  event: SQSEvent,
  invocation: Invocation,
): Promise<SQSBatchResponse> {
  const messages = event.Records.map(({ body }) => parseMessage(body, invocation.parseOptions));
  const settled = await settleRecords(messages.flat(), invocation);

  const batchItemFailures = event.Records.flatMap(({ messageId }, index) => {
    const records = settled.splice(0, messages[index]?.length);
    return records.some(causeOf) ? [{ itemIdentifier: messageId }] : [];
  });
  return { batchItemFailures };
}
