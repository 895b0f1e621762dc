import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { writeNotification } from '../events/index.ts';
import type { Upload } from '../pipeline/index.ts';
import type { UploadQueue } from './upload-queue.ts';

export interface SqsQueueOptions {
  queueUrl: string;
  region?: string | undefined;
  /** Where the queue is not AWS's: host and port of its URL may be others than it is reached by. */
  isElsewhere: boolean;
}

/** What SQS takes in one request. */
const batchSize = 10;
/** Before messages are sent again that SQS refused for a reason of its own, as throttling. */
const pausesMs = [200, 1_000, 5_000];

/** The queue that the bucket's events go to; it gets messages as the bucket sends them. */
export function createSqsQueue({
  queueUrl,
  region,
  isElsewhere,
}: SqsQueueOptions): UploadQueue & { close(): void } {
  const client = new SQSClient({
    ...(isElsewhere && { region: region ?? 'us-east-1', useQueueUrlAsEndpoint: false }),
  });
  return {
    async send(uploads) {
      const batches = Array.from({ length: Math.ceil(uploads.length / batchSize) }, (_, i) =>
        uploads.slice(i * batchSize, (i + 1) * batchSize),
      );
      await Promise.all(batches.map((batch) => sendBatch(client, queueUrl, batch)));
    },
    close: () => client.destroy(),
  };
}

async function sendBatch(client: SQSClient, queueUrl: string, batch: Upload[]): Promise<void> {
  let entries = batch.map((upload, index) => ({ Id: `${index}`, MessageBody: messageOf(upload) }));
  for (const pauseMs of [...pausesMs, undefined]) {
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: entries });
    const { Failed: failed = [] } = await client.send(command);
    if (failed.length === 0) return;
    const isHopeless = pauseMs === undefined || failed.some(({ SenderFault }) => SenderFault);
    if (isHopeless) {
      const { Code, Message } = failed[0] ?? {};
      throw new Error(
        `The queue refused ${failed.length} of ${entries.length} messages: ${Code}: ${Message}`,
      );
    }
    const refused = new Set(failed.map(({ Id }) => Id));
    entries = entries.filter(({ Id }) => refused.has(Id));
    await sleep(pauseMs);
  }
}

/** One record a message, so that one that fails comes back alone. */
function messageOf({ bucket, key, etag, sizeBytes }: Upload): string {
  const event = { eventName: 'ObjectCreated:Put', configurationId: 'backfill' };
  return writeNotification({ ...event, bucket, key, etag, sizeBytes });
}
