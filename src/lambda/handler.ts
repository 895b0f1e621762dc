import type { Context, S3BatchEvent, SQSEvent } from 'aws-lambda';
import { openPipeline } from '../app/open-pipeline.ts';
import { readConfig } from '../config/index.ts';
import { growHeapFaster } from '../convert/heap-growth.ts';
import { eventKind } from '../events/index.ts';
import { answerBatchOperations, answerDirectly } from './answer-directly.ts';
import { answerQueue } from './answer-queue.ts';
import type { ComposedOnce } from './invocation.ts';
import { createOutcomeReporter } from './reporter.ts';

let composing: Promise<ComposedOnce> | undefined;

/**
 * The Lambda function, for all of its triggers. For a queue of bucket events it returns the
 * messages to be redelivered. For an event that S3, SNS or EventBridge delivers directly, it
 * answers as the original system did. For an S3 Batch Operations job it returns a result per task.
 *
 * Throws errors that make the whole invocation retryable.
 */
export async function handler(event: unknown, context: Context): Promise<unknown> {
  const coldStart = composing === undefined;
  composing ??= compose();
  // A failure like a wrong variable may be fixed before the next invocation.
  composing.catch(() => {
    composing = undefined;
  });
  const invocation = { ...(await composing), coldStart, timeoutMs: timeoutOf(context) };
  invocation.reporter.start(context);
  try {
    switch (eventKind(event)) {
      case 'sqs':
        return await answerQueue(event as SQSEvent, invocation);
      case 's3-batch-operations':
        return await answerBatchOperations(event as S3BatchEvent, invocation);
      default:
        return await answerDirectly(event, invocation);
    }
  } finally {
    invocation.reporter.finish();
  }
}

/**
 * Returns the time for conversions: the remaining time, less a reserve to record and answer. A
 * function that times out would lose the rows of the whole batch, and its messages would be
 * redelivered together until all of them are dead letters.
 */
function timeoutOf(context: Context): number {
  const remainingMs = context.getRemainingTimeInMillis();
  return remainingMs - Math.min(20_000, remainingMs / 3);
}

async function compose(): Promise<ComposedOnce> {
  const config = readConfig();
  const parts = await openPipeline(config);
  growHeapFaster();
  return {
    parts,
    parseOptions: config.storage,
    reporter: createOutcomeReporter(config),
  };
}
