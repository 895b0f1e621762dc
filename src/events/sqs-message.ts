import type { Dialect } from './dialect.ts';

/** A message of SQS, as Lambda polled it (`body`) or as `ReceiveMessage` returned it (`Body`). */
export const sqsMessage: Dialect = {
  kind: 'sqs',
  recognises: (event) => 'body' in event || 'Body' in event || event.eventSource === 'aws:sqs',
  parse: (message, { open }) => open(message.body ?? message.Body),
};
