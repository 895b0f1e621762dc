// A part of the sandbox in its own process: does what AWS does between the queue and the function.
// It receives batches, passes them to the real Lambda handler, deletes processed messages and
// leaves the rest for redelivery. If it is killed, it loses nothing: its messages become visible
// again.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Context, SQSRecord } from 'aws-lambda';
import { handler } from '../lambda/handler.ts';
import { printable, printError } from '../process/terminal.ts';
import { type Part, runPart } from './run-part.ts';

const [queueUrl = ''] = process.argv.slice(2);
/** Shorter than the visibility timeout. */
const functionTimeoutMs = 30_000;

await runPart(async () => startPoller(new SQSClient({ useQueueUrlAsEndpoint: false })));

function startPoller(sqs: SQSClient): Part {
  const stopping = new AbortController();
  const polling = poll(sqs, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await polling;
    },
  };
}

async function poll(sqs: SQSClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const messages = await receive(sqs, signal);
      if (messages.length > 0) await settle(sqs, messages, await invoke(messages));
    } catch (error) {
      if (signal.aborted) return;
      printError(printable(`The queue did not answer, retrying: ${(error as Error).message}`));
      await sleep(1_000, undefined, { signal }).catch(() => {});
    }
  }
}

async function receive(sqs: SQSClient, signal: AbortSignal): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 5,
    MessageSystemAttributeNames: ['All'],
  });
  const { Messages = [] } = await sqs.send(command, { abortSignal: signal });
  return Messages;
}

/**
 * Returns the ids of the messages to be redelivered: all of them if the function fails as a whole.
 */
async function invoke(messages: Message[]): Promise<Set<string>> {
  try {
    const answer = await handler({ Records: messages.map(recordOf) }, context());
    const { batchItemFailures } = answer as {
      batchItemFailures: { itemIdentifier: string }[];
    };
    return new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
  } catch (error) {
    printError(printable(`The function failed: ${(error as Error).message}`));
    return new Set(messages.map(({ MessageId = '' }) => MessageId));
  }
}

async function settle(sqs: SQSClient, messages: Message[], failed: Set<string>): Promise<void> {
  const done = messages.filter(({ MessageId = '' }) => !failed.has(MessageId));
  if (done.length > 0) {
    const entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries }));
  }
  const failedMessages = messages.filter(({ MessageId = '' }) => failed.has(MessageId));
  await Promise.all(failedMessages.map((message) => delayRedelivery(sqs, message)));
}

/** On AWS only the visibility timeout counts; here the first retries come sooner. */
async function delayRedelivery(
  sqs: SQSClient,
  { ReceiptHandle, Attributes }: Message,
): Promise<void> {
  const received = Number(Attributes?.ApproximateReceiveCount ?? 1);
  await sqs.send(
    new ChangeMessageVisibilityCommand({
      QueueUrl: queueUrl,
      ReceiptHandle,
      VisibilityTimeout: Math.min(2 ** received, 30),
    }),
  );
}

/** https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
function recordOf(message: Message): SQSRecord {
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as unknown as SQSRecord['attributes'],
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:uploads',
    awsRegion: 'us-east-1',
  };
}

function context(): Context {
  const deadline = Date.now() + functionTimeoutMs;
  return {
    functionName: 'grayscale-sandbox',
    functionVersion: '$LATEST',
    invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:grayscale-sandbox',
    memoryLimitInMB: '1769',
    awsRequestId: crypto.randomUUID(),
    logGroupName: 'sandbox',
    logStreamName: String(process.pid),
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => deadline - Date.now(),
    done() {},
    fail() {},
    succeed() {},
  };
}
