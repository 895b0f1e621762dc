import type { Context, S3BatchEvent, SQSEvent } from 'aws-lambda';
import { composePipeline, parseOptionsOf } from '../compose.ts';
import { readConfig } from '../config.ts';
import { eventKind } from '../events/index.ts';
import { answerBatchOperations, answerDirectly } from './answer-directly.ts';
import { answerQueue } from './answer-queue.ts';
import type { Invocation } from './invocation.ts';
import { createReporter } from './reporter.ts';

let composing: Promise<Omit<Invocation, 'coldStart'>> | undefined;

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
  const invocation = { ...(await composing), coldStart };
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

async function compose(): Promise<Omit<Invocation, 'coldStart'>> {
  const config = readConfig();
  return {
    parts: await composePipeline(config),
    parseOptions: parseOptionsOf(config),
    reporter: createReporter(config),
  };
}
