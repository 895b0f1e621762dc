import { batchOperations } from './batch-operations.ts';
import { describeMismatch } from './describe-mismatch.ts';
import type { Dialect } from './dialect.ts';
import { snsNotification, sqsMessage } from './envelopes.ts';
import { eventBridge } from './event-bridge.ts';
import { type EventRecord, refused } from './event-record.ts';
import { type Fields, isFields } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';
import { s3Record, s3TestEvent } from './s3-record.ts';
import { seaweedFs } from './seaweedfs.ts';

/** The kind of event that a Lambda handler received; it decides the form of the answer. */
type EventKind = Dialect['kind'] | 'unknown';

/** The first dialect that recognises an event parses it. */
const dialects: readonly Dialect[] = [
  s3Record,
  eventBridge,
  batchOperations,
  snsNotification,
  sqsMessage,
  s3TestEvent,
  seaweedFs,
];

/**
 * Fields that hold a list of events: in Lambda and S3 events, and in a `ReceiveMessage` response.
 */
const lists = ['Records', 'Messages'];

/**
 * Max nested arrays and messages around an event. AWS itself nests three when EventBridge Pipes
 * passes on SQS messages of SNS notifications.
 */
const maxEnvelopes = 5;

/**
 * Max records of one event. Stores send one at a time; an SQS body of at most 1 MiB holds about a
 * thousand of S3's records.
 */
export const maxRecords = 1_000;

/**
 * Returns every object that an event announces, in order, for all dialects. Never throws: invalid
 * input becomes a record too, which says what was expected and what was received.
 *
 * @example
 * const records = parseEvent(event, { outputPrefix: 'grayscale/' });
 * const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] :
 * []));
 */
export function parseEvent(event: unknown, options: ParseOptions): EventRecord[] {
  return collect(parseWithin(0, event, options));
}

/** Returns every object that the body of one SQS message announces, in order. */
export function parseMessage(body: unknown, options: ParseOptions): EventRecord[] {
  return collect(openWithin(1, body, options));
}

/** Returns all records or rejects the event: records beyond the limit must not vanish silently. */
function collect(records: Iterable<EventRecord>): EventRecord[] {
  const collected: EventRecord[] = [];
  for (const record of records) {
    if (collected.length === maxRecords) {
      return [refused(`Expected at most ${maxRecords} records in an event but found more.`)];
    }
    collected.push(record);
  }
  return collected;
}

/**
 * Returns the kind of the envelope; `sqs` only if it has Records whose failures can be reported.
 */
export function eventKind(event: unknown): EventKind {
  if (Array.isArray(event)) return findKind(event) === 'unknown' ? 'unknown' : 'eventbridge';
  if (isFields(event) && Array.isArray(event.Records)) return findKind(event.Records);
  const kind = findKind([event]);
  return kind === 'sqs' ? 'unknown' : kind;
}

/** Yields one record at a time, so that an event that is too long is not read to its end. */
function* parseWithin(
  envelopes: number,
  event: unknown,
  options: ParseOptions,
): Generator<EventRecord, void> {
  if (envelopes > maxEnvelopes) {
    yield refused(`Expected an event within at most ${maxEnvelopes} envelopes but found more.`);
    return;
  }
  if (Array.isArray(event)) {
    for (const element of event) yield* parseWithin(envelopes + 1, element, options);
    return;
  }
  const list = isFields(event) && lists.find((name) => name in event);
  if (!list) {
    yield* parseOne(envelopes, event, options);
    return;
  }
  const records = event[list];
  if (!Array.isArray(records)) {
    yield refused(describeMismatch(`${list} to be an array`, records));
    return;
  }
  for (const record of records) yield* parseOne(envelopes, record, options);
}

function parseOne(envelopes: number, event: unknown, options: ParseOptions): Iterable<EventRecord> {
  const dialect = isFields(event) && findDialect(event);
  if (dialect) {
    const open = (content: unknown) => openWithin(envelopes + 1, content, options);
    return dialect.parse(event, { options, open });
  }
  const reason = describeMismatch(
    'an event from S3, SQS, SNS, EventBridge or S3 Batch Operations',
    event,
  );
  return [refused([reason, ...describeLikelyMistake(event)].join(' '))];
}

/** Values that are often mistaken for an event. */
function describeLikelyMistake(event: unknown): string[] {
  if (typeof event === 'string' && /^\s*[[{"]/.test(event)) {
    return ['It looks like JSON encoded twice.'];
  }
  if (!isFields(event) || !('requestPayload' in event)) return [];
  return ["It looks like what a function's destination receives: requestPayload is the event."];
}

function openWithin(
  envelopes: number,
  content: unknown,
  options: ParseOptions,
): Iterable<EventRecord> {
  if (typeof content !== 'string') return parseWithin(envelopes, content, options);
  let event: unknown;
  try {
    event = JSON.parse(content);
  } catch {
    return [refused(describeMismatch('a JSON event', content))];
  }
  return parseWithin(envelopes, event, options);
}

function findDialect(event: Fields): Dialect | undefined {
  return dialects.find((dialect) => dialect.recognises(event));
}

function findKind(events: unknown[]): EventKind {
  for (const event of events) {
    const dialect = isFields(event) && findDialect(event);
    if (dialect) return dialect.kind;
  }
  return 'unknown';
}
