export { admitListed } from './admit.ts';
export { describeMismatch } from './describe-mismatch.ts';
export { describeRecord, type EventRecord } from './event-record.ts';
export { fieldsOf } from './fields.ts';
export { eventKind, maxRecords, parseEvent, parseMessage } from './parse-event.ts';
export type { ParseOptions } from './parse-options.ts';
export { writeNotification } from './write-notification.ts';
