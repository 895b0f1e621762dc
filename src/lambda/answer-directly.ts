import type { S3BatchEvent, S3BatchResult } from 'aws-lambda';
import { describeMismatch, parseEvent } from '../events/index.ts';
import { causeOf, type SettledRecord, settleRecords } from '../queue/settle-records.ts';
import { findBatchProblem, InvalidEventError } from './invalid-event.ts';
import type { Invocation } from './invocation.ts';

/** The answer format of the original system, with one line per record. */
interface DirectAnswer {
  statusCode: 200 | 422;
  body: string;
}

/**
 * Processes an event that S3, SNS or EventBridge delivers to the function without a queue. Returns
 * 200 and `Processed <key> to grayscale/<key>`, or 422 if an image failed permanently. Throws if a
 * record needs a retry, after all other records are done; the invoking service then retries.
 */
export async function answerDirectly(
  event: unknown,
  invocation: Invocation,
): Promise<DirectAnswer> {
  const records = parseEvent(event, invocation.parseOptions);
  if (records.length === 0) {
    const reason = describeMismatch('an event with at least one record', event);
    invocation.reporter.empty(reason);
    return { statusCode: 200, body: `Nothing to do: ${reason}` };
  }
  const settled = await settleRecords(records, invocation);
  const causes = settled.flatMap((record) => causeOf(record) ?? []);
  if (causes.length > 0) {
    const message = causes.map((cause) => cause.message).join('\n');
    throw new AggregateError(
      causes,
      `Some records of the event could not be processed:\n${message}`,
    );
  }
  const hasFailure = settled.some(
    (record) => record.status === 'done' && record.outcome.status === 'failed',
  );
  return { statusCode: hasFailure ? 422 : 200, body: settled.map(describe).join('\n') };
}

/**
 * Processes tasks of an S3 Batch Operations job. Throws `InvalidEventError`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */
export async function answerBatchOperations(
  event: S3BatchEvent,
  invocation: Invocation,
): Promise<S3BatchResult> {
  const { reporter } = invocation;
  const problem = findBatchProblem(event);
  if (problem !== undefined) {
    reporter.refused({ action: 'refuse', reason: problem });
    throw new InvalidEventError(problem);
  }
  if (event.tasks.length === 0) reporter.empty('Expected at least one task but received none.');
  const settled = await settleRecords(parseEvent(event, invocation.parseOptions), invocation);
  return {
    invocationSchemaVersion: event.invocationSchemaVersion,
    treatMissingKeysAs: 'PermanentFailure',
    invocationId: event.invocationId,
    results: event.tasks.map(({ taskId }, index) => ({
      taskId,
      resultCode: resultCodeOf(settled[index]),
      resultString: settled[index] ? describe(settled[index]) : 'The task contains no record.',
    })),
  };
}

function resultCodeOf(record: SettledRecord | undefined) {
  if (!record || record.status === 'retry') return 'TemporaryFailure';
  const hasFailed = record.status === 'done' && record.outcome.status === 'failed';
  return hasFailed || record.status === 'refused' ? 'PermanentFailure' : 'Succeeded';
}

function describe(record: SettledRecord): string {
  switch (record.status) {
    case 'retry':
    case 'refused':
      return record.cause.message;
    case 'ignored':
      return record.key ? `Ignored ${record.key}: ${record.reason}` : `Ignored: ${record.reason}`;
    case 'done':
      return describeOutcome(record.outcome);
  }
}

function describeOutcome(outcome: Extract<SettledRecord, { status: 'done' }>['outcome']): string {
  const { key } = outcome.upload;
  switch (outcome.status) {
    case 'converted':
      return `Processed ${key} to ${outcome.output.key}`;
    case 'skipped':
      return `Skipped ${key}: ${outcome.message}`;
    case 'failed':
      return `Failed ${key}: ${outcome.code}: ${outcome.message}`;
  }
}
