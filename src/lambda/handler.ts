import type { Context, S3BatchEvent, SQSEvent } from 'aws-lambda';
import { openPipeline } from '../app/open-pipeline.ts';
import { readConfig } from '../config/index.ts';
import { eventKind } from '../events/index.ts';
import { answerBatchOperations, answerDirectly } from './answer-directly.ts';
import { answerQueue } from './answer-queue.ts';
import type { ComposedOnce } from './invocation.ts';
import { createOutcomeReporter } from './reporter.ts';

let composing: Promise<ComposedOnce> | undefined;

/**
 * The Lambda function, for whichever of its triggers: a queue of bucket events is answered with the
 * messages that must come back; an event that S3, SNS or EventBridge delivers directly, as the
 * original answered it; an S3 Batch Operations job, with a result for each task.
 *
 * Throws what makes the whole invocation worth another try.
 */
export async function handler(event: unknown, context: Context): Promise<unknown> {
  const coldStart = composing === undefined;
  composing ??= compose();
  // What failed once, such as a wrong variable, may be right at the next try.
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
 * How long conversions may take: what is left after a reserve for recording the rest and answering.
 * A function that is cut off would lose the rows of the whole batch, and its messages would come
 * back together until all of them are dead letters.
 */
function timeoutOf(context: Context): number {
  const remainingMs = context.getRemainingTimeInMillis();
  return remainingMs - Math.min(20_000, remainingMs / 3);
}

async function compose(): Promise<ComposedOnce> {
  const config = readConfig();
  return {
    parts: await openPipeline(config),
    parseOptions: config.storage,
    reporter: createOutcomeReporter(config),
  };
}
