import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parseMessage } from '../events/index.ts';
import type { Invocation } from './invocation.ts';
import { causeOf, settleRecords } from './settle-records.ts';

/**
 * Processes a batch of queue messages and names those that must come back: the ones with an upload
 * that another try may convert, and the ones that cannot be understood, which the queue moves to
 * its dead letters in the end. What failed for good is in the ledger and does not come back.
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
