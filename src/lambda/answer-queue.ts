import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
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

  const causes = new Map<SQSRecord, Error>();
  for (const [index, message] of messages.entries()) {
    const records = settled.splice(0, message.length);
    const cause = records.map(causeOf).find((found) => found !== undefined);
    const queued = event.Records[index];
    if (cause && queued) causes.set(queued, cause);
  }

  return await processPartialResponse(
    event,
    async (message: SQSRecord) => {
      const cause = causes.get(message);
      if (cause) throw cause;
    },
    new BatchProcessor(EventType.SQS),
    // The messages are named either way; an error on top would only hide which and why.
    { throwOnFullBatchFailure: false },
  );
}
