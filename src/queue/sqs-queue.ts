import { setTimeout as sleep } from 'node:timers/promises';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { messageOf } from './message-of.ts';
import { QueueUnavailableError } from './queue-errors.ts';
import {
  type QueueCounts,
  type QueueMessage,
  retryDelaySeconds,
  type WorkQueue,
} from './upload-queue.ts';

export interface SqsQueueOptions {
  queueUrl: string;
  region?: string | undefined;
  /** Not AWS's queue: it may be reached by another host and port than its URL names. */
  isCustomEndpoint: boolean;
}

/** The maximum per SQS request. */
const batchSize = 10;
/** Pauses before messages are resent that SQS rejected for internal reasons, such as throttling. */
const pausesMs = [200, 1_000, 5_000];
/** The longest that SQS waits for a first message. */
const waitSeconds = 20;
/** A worker that renews no lease for so long is dead, and its messages return. */
const leaseSeconds = 120;

/** A queue with the attributes that are used here. */
type Attributes = Partial<Record<string, string>>;

interface BatchEntry {
  Id: string;
}

/**
 * Creates a client for the queue of bucket events; messages have the bucket's format. The number of
 * tries and the dead letters are those of the queue's redrive policy. Throws
 * {@link QueueUnavailableError}.
 */
export function createSqsQueue({
  queueUrl,
  region,
  isCustomEndpoint,
}: SqsQueueOptions): WorkQueue<string> {
  const client = new SQSClient({
    ...(isCustomEndpoint && { region: region ?? 'us-east-1', useQueueUrlAsEndpoint: false }),
  });

  const send = (async (...request: Parameters<SQSClient['send']>) => {
    try {
      return await client.send(...request);
    } catch (error) {
      throw new QueueUnavailableError(queueUrl, error as Error);
    }
  }) as SQSClient['send'];

  /** Sends all entries in batches, those that SQS fails to accept several times. */
  async function sendAll<Entry extends object>(
    entries: Entry[],
    sendBatch: (batch: (Entry & BatchEntry)[]) => Promise<{ Failed?: RejectedEntry[] | undefined }>,
  ): Promise<void> {
    const numbered = entries.map((entry, index) => ({ ...entry, Id: `${index}` }));
    const batches = Array.from({ length: Math.ceil(numbered.length / batchSize) }, (_, index) =>
      numbered.slice(index * batchSize, (index + 1) * batchSize),
    );
    await Promise.all(batches.map((batch) => sendUntilAccepted(batch, sendBatch, queueUrl)));
  }

  async function readAttributes(url: string): Promise<Attributes> {
    const AttributeNames: ['All'] = ['All'];
    return (
      (await send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames }))).Attributes ??
      {}
    );
  }

  const setVisibility = (
    messages: QueueMessage<string>[],
    secondsOf: (message: QueueMessage<string>) => number,
  ) =>
    sendAll(
      messages.map((message) => ({
        ReceiptHandle: message.receipt,
        VisibilityTimeout: secondsOf(message),
      })),
      (Entries) => send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries })),
    );

  return {
    extendIntervalMs: (leaseSeconds / 3) * 1e3,
    send: (uploads) =>
      sendAll(
        uploads.map((upload) => ({ MessageBody: messageOf(upload) })),
        (Entries) => send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
      ),
    async check() {
      await readAttributes(queueUrl);
    },
    async readCounts(): Promise<QueueCounts> {
      const attributes = await readAttributes(queueUrl);
      const arn = deadLetterArnOf(attributes);
      return {
        waiting:
          countIn(attributes, 'ApproximateNumberOfMessages') +
          countIn(attributes, 'ApproximateNumberOfMessagesDelayed'),
        inFlight: countIn(attributes, 'ApproximateNumberOfMessagesNotVisible'),
        dead: arn === undefined ? null : await countDead(arn),
        // Only CloudWatch knows: ApproximateAgeOfOldestMessage.
        oldestSeconds: null,
      };
    },
    async redrive() {
      const arn = deadLetterArnOf(await readAttributes(queueUrl));
      if (arn === undefined) return 0;
      const dead = await countDead(arn);
      if (dead > 0) await send(new StartMessageMoveTaskCommand({ SourceArn: arn }));
      return dead;
    },
    async receive(max, signal) {
      const command = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: Math.min(max, batchSize),
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: leaseSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      try {
        const { Messages: messages = [] } = await send(command, { abortSignal: signal });
        return messages.map(({ Body, ReceiptHandle = '', Attributes }) => ({
          body: Body,
          earlierTries: Number(Attributes?.ApproximateReceiveCount ?? 1) - 1,
          receipt: ReceiptHandle,
        }));
      } catch (error) {
        if (signal.aborted) return [];
        throw error;
      }
    },
    complete: (messages) =>
      sendAll(
        messages.map(({ receipt }) => ({ ReceiptHandle: receipt })),
        (Entries) => send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries })),
      ),
    retry: (messages) =>
      setVisibility(messages, ({ earlierTries }) => retryDelaySeconds(earlierTries)),
    release: (messages) => setVisibility(messages, () => 0),
    extend: (messages) => setVisibility(messages, () => leaseSeconds),
    async close() {
      client.destroy();
    },
  };

  async function countDead(arn: string): Promise<number> {
    const [, , , , account, name] = arn.split(':');
    const { QueueUrl = '' } = await send(
      new GetQueueUrlCommand({ QueueName: name, QueueOwnerAWSAccountId: account }),
    );
    return countIn(await readAttributes(QueueUrl), 'ApproximateNumberOfMessages');
  }
}

interface RejectedEntry {
  Id?: string | undefined;
  Code?: string | undefined;
  Message?: string | undefined;
  SenderFault?: boolean | undefined;
}

async function sendUntilAccepted<Entry extends BatchEntry>(
  batch: Entry[],
  sendBatch: (batch: Entry[]) => Promise<{ Failed?: RejectedEntry[] | undefined }>,
  queueUrl: string,
): Promise<void> {
  let entries = batch;
  for (const pauseMs of [...pausesMs, undefined]) {
    const { Failed: failed = [] } = await sendBatch(entries);
    if (failed.length === 0) return;
    const isPermanent = pauseMs === undefined || failed.some(({ SenderFault }) => SenderFault);
    if (isPermanent) {
      const { Code, Message } = failed[0] ?? {};
      const reason = `${failed.length} of ${entries.length} messages: ${Code}: ${Message}`;
      throw new QueueUnavailableError(queueUrl, new Error(reason));
    }
    const rejected = new Set(failed.map(({ Id }) => Id));
    entries = entries.filter(({ Id }) => rejected.has(Id));
    await sleep(pauseMs);
  }
}

function deadLetterArnOf({ RedrivePolicy }: Attributes): string | undefined {
  return RedrivePolicy && JSON.parse(RedrivePolicy).deadLetterTargetArn;
}

function countIn(attributes: Attributes, name: string): number {
  return Number(attributes[name] ?? 0);
}
