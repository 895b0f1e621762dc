import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { settleMessages } from '../queue/settle-records.ts';
import type { Invocation } from './invocation.ts';

/** Processes a batch of queue messages and returns those to be redelivered. */
export async function answerQueue(
  event: SQSEvent,
  invocation: Invocation,
): Promise<SQSBatchResponse> {
  const causes = await settleMessages(
    event.Records.map(({ body }) => body),
    invocation,
  );
  const batchItemFailures = event.Records.flatMap(({ messageId }, index) =>
    causes[index] ? [{ itemIdentifier: messageId }] : [],
  );
  return { batchItemFailures };
}
