import { describeMismatch } from './describe-mismatch.ts';
import type { Dialect } from './dialect.ts';
import { ignored, refused } from './event-record.ts';
import { fieldsOf } from './fields.ts';

/** An SNS notification, as Lambda receives it (`Sns`) or as HTTP and SQS receive it. */
export const snsNotification: Dialect = {
  kind: 'sns',
  recognises: (event) =>
    'Sns' in event || ('Type' in event && 'Message' in event) || event.EventSource === 'aws:sns',
  parse: (event, { open }) => {
    const { Type = 'Notification', Message } = 'Sns' in event ? fieldsOf(event.Sns) : event;
    if (Type === 'Notification') return open(Message);
    return [
      confirmations.has(Type)
        ? ignored(`SNS sent a ${Type}, which reports no object.`)
        : refused(describeMismatch('an SNS Notification', Type)),
    ];
  },
};

/** Messages that SNS sends to an endpoint and that its owner must act on. */
const confirmations: ReadonlySet<unknown> = new Set([
  'SubscriptionConfirmation',
  'UnsubscribeConfirmation',
]);

/** An SQS message, as Lambda polls it (`body`) or as `ReceiveMessage` returns it (`Body`). */
export const sqsMessage: Dialect = {
  kind: 'sqs',
  recognises: (event) => 'body' in event || 'Body' in event || event.eventSource === 'aws:sqs',
  parse: (message, { open }) => open(message.body ?? message.Body),
};
