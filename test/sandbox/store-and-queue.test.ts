import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { type StoreAndQueue, startStoreAndQueue } from '../../src/sandbox/store-and-queue.ts';

const options = { port: 0, bucket: 'uploads', visibilityTimeoutSeconds: 30 };

test('each of several uploads under one key is announced with the ETag of its own content', async () => {
  const store = await startStoreAndQueue(options);
  try {
    const contents = Array.from({ length: 12 }, (_, i) => `content ${i}`);
    const etags = await Promise.all(contents.map((content) => put(store, content)));
    const events = await receive(store, contents.length);
    expect(events.map(({ eTag }) => eTag).toSorted()).toEqual(etags.toSorted());
    // The size of replaced content is unknown by then, and a wrong one would be trusted.
    for (const { eTag, size } of events) {
      const content = contents[etags.indexOf(eTag)] ?? '';
      expect([undefined, content.length]).toContain(size);
    }
  } finally {
    await store.close();
  }
});

test('notifications use the requested delivery', async () => {
  const store = await startStoreAndQueue({
    ...options,
    async deliver(body, send) {
      await send(body);
      await send(body);
    },
  });
  try {
    const etag = await put(store, 'content');
    const events = await receive(store, 2);
    expect(events.map(({ eTag }) => eTag)).toEqual([etag, etag]);
  } finally {
    await store.close();
  }
});

async function put({ s3 }: StoreAndQueue, Body: string): Promise<string> {
  const { ETag = '' } = await s3.send(
    new PutObjectCommand({ Bucket: options.bucket, Key: 'same', Body }),
  );
  return ETag.replaceAll('"', '');
}

interface Announced {
  eTag: string;
  size?: number;
}

async function receive({ sqs, queueUrl }: StoreAndQueue, count: number): Promise<Announced[]> {
  const events: Announced[] = [];
  while (events.length < count) {
    const command = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await sqs.send(command);
    events.push(...Messages.map(({ Body = '' }) => JSON.parse(Body).Records[0].s3.object));
    await sleep(20);
  }
  return events;
}
