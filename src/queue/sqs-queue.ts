import { setTimeout as sleep } from 'node:timers/promises';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { writeNotification } from '../events/index.ts';
import type { Upload } from '../pipeline/index.ts';
import type { UploadQueue } from './upload-queue.ts';

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

/** Creates a client for the queue of bucket events; it sends messages in the bucket's format. */
export function createSqsQueue({
  queueUrl,
  region,
  isCustomEndpoint,
}: SqsQueueOptions): UploadQueue & { close(): void } {
  const client = new SQSClient({
    ...(isCustomEndpoint && { region: region ?? 'us-east-1', useQueueUrlAsEndpoint: false }),
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
    const isPermanent = pauseMs === undefined || failed.some(({ SenderFault }) => SenderFault);
    if (isPermanent) {
      const { Code, Message } = failed[0] ?? {};
      throw new Error(
        `The queue rejected ${failed.length} of ${entries.length} messages: ${Code}: ${Message}`,
      );
    }
    const rejected = new Set(failed.map(({ Id }) => Id));
    entries = entries.filter(({ Id }) => rejected.has(Id));
    await sleep(pauseMs);
  }
}

/** One record per message, so that a failed one is redelivered alone. */
function messageOf({ bucket, key, etag, sizeBytes }: Upload): string {
  const event = { eventName: 'ObjectCreated:Put', configurationId: 'backfill' };
  return writeNotification({ ...event, bucket, key, etag, sizeBytes });
}
