import type { AddressInfo } from 'node:net';
import {
  BucketAlreadyOwnedByYou,
  CreateBucketCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { buildApp } from 'fauxqs';
import { writeNotification } from '../events/index.ts';
import { openKeptStores } from './kept-stores.ts';
import { listInByteOrder } from './list-order.ts';

export const region = 'us-east-1';
/** The stand-in requires credentials but does not check them. */
export const credentials = { accessKeyId: 'sandbox', secretAccessKey: 'sandbox' };

export interface StoreAndQueueOptions {
  /** 0 selects a free port. */
  port: number;
  bucket: string;
  /** Keeps objects and messages, for the next start with this folder. Default: memory. */
  keepFolder?: string | undefined;
  /** How long a message that was received but not deleted stays hidden. */
  visibilityTimeoutSeconds: number;
  /** How often a message is received before it becomes a dead letter. */
  maxReceiveCount?: number;
  /** Whether removals are announced as well. */
  announcesRemovals?: boolean;
  /** Delivers a notification. Default: immediately and once; S3 promises neither. */
  deliver?: (body: string, send: (body: string) => Promise<void>) => Promise<void>;
}

export interface StoreAndQueue {
  /** The endpoint of S3 and SQS. */
  endpoint: string;
  queueUrl: string;
  deadLetterQueueUrl: string;
  s3: S3Client;
  sqs: SQSClient;
  close(): Promise<void>;
}

interface CreatedObject {
  bucket: string;
  key: string;
  /** Absent if the response did not name it. */
  etag?: string;
}

/** More than on AWS, where hours pass between the first attempt and the last. */
export const defaultMaxReceiveCount = 10;

/** The largest object that S3 stores in one put is 5 GB; notifications are far smaller. */
const maxBodyBytes = 5 * 2 ** 30;

/**
 * S3 and SQS in this process, on loopback. Announces each created object on the queue as
 * S3 does, and on request each removed one. Two cases are not announced: form posts of browsers,
 * whose response does not name the key, and removals of several objects in one request.
 */
export async function startStoreAndQueue(options: StoreAndQueueOptions): Promise<StoreAndQueue> {
  await listInByteOrder();
  const kept =
    options.keepFolder === undefined ? undefined : await openKeptStores(options.keepFolder);
  const app = buildApp({
    ...{ logger: false, defaultRegion: region },
    ...(kept && { stores: kept.stores }),
  });
  // The stand-in accepts 11 MiB by default, less than a photo from a camera.
  app.removeContentTypeParser('*');
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: maxBodyBytes }, (_, body, done) =>
    done(null, body),
  );

  // An empty object, for example a folder marker, arrives without a body.
  app.addHook('preHandler', async (request) => {
    request.body ??= Buffer.alloc(0);
  });

  let announce: (created: CreatedObject, eventName: string) => Promise<void>;
  app.addHook('onResponse', async (request, reply) => {
    const { method, url, headers } = request;
    const eventName =
      creationOf(method, url, headers) ?? (options.announcesRemovals && removalOf(method, url));
    if (!eventName || ![200, 204].includes(reply.statusCode)) return;
    const { bucket, '*': key } = request.params as { bucket: string; '*': string };
    const etag = reply.getHeader('etag');
    if (bucket === options.bucket) {
      await announce({ bucket, key, ...(typeof etag === 'string' && { etag }) }, eventName);
    }
  });

  await app.listen({ port: options.port, host: '127.0.0.1' });
  const endpoint = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const sqs = new SQSClient({ endpoint, region, credentials, useQueueUrlAsEndpoint: false });
  async function close() {
    s3.destroy();
    sqs.destroy();
    await app.close();
    kept?.close();
  }

  const queues = await createBucketAndQueues({ s3, sqs }, options).catch(async (error: unknown) => {
    await close();
    throw error;
  });

  // Kept objects have sequencers of earlier starts.
  let sequence = Date.now();
  const send = async (body: string) => {
    await sqs.send(new SendMessageCommand({ QueueUrl: queues.queueUrl, MessageBody: body }));
  };
  const { deliver = (body) => send(body) } = options;
  announce = async ({ bucket, key, etag }, eventName) => {
    const head = new HeadObjectCommand({ Bucket: bucket, Key: key });
    // If the object is removed already, nothing more is known of it.
    const { ETag, ContentLength } = await s3
      .send(head)
      .catch(() => ({}) as HeadObjectCommandOutput);
    // If the object is replaced already, the event describes the earlier content, whose size is
    // unknown here.
    const isReplaced = etag !== undefined && etag !== ETag;
    const notification = writeNotification({
      ...{ eventName, configurationId: 'sandbox', region, bucket, key },
      sizeBytes: isReplaced ? undefined : ContentLength,
      etag: (etag ?? ETag)?.replaceAll('"', ''),
      sequencer: (++sequence).toString(16).padStart(16, '0').toUpperCase(),
    });
    await deliver(notification, send);
  };

  return {
    endpoint,
    ...queues,
    s3,
    sqs,
    close,
  };
}

async function createBucketAndQueues(
  { s3, sqs }: Pick<StoreAndQueue, 's3' | 'sqs'>,
  {
    bucket,
    visibilityTimeoutSeconds,
    maxReceiveCount = defaultMaxReceiveCount,
  }: StoreAndQueueOptions,
) {
  await s3.send(new CreateBucketCommand({ Bucket: bucket })).catch((error: unknown) => {
    if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
  });
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    return QueueUrl as string;
  };
  const deadLetterQueueUrl = await create('uploads-dead', {
    MessageRetentionPeriod: String(14 * 24 * 3600),
  });
  const queueUrl = await create('uploads', {
    VisibilityTimeout: String(visibilityTimeoutSeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:${region}:000000000000:uploads-dead`,
      maxReceiveCount,
    }),
  });
  return { queueUrl, deadLetterQueueUrl };
}

/** Returns the S3 event for a request that created an object. */
function creationOf(
  method: string,
  url: string,
  headers: Record<string, unknown>,
): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const hasKey = /^\/[^/]+\/./.test(pathname);
  if (!hasKey) return undefined;
  if (method === 'POST') {
    return searchParams.has('uploadId') ? 'ObjectCreated:CompleteMultipartUpload' : undefined;
  }
  if (method !== 'PUT' || searchParams.has('uploadId')) return undefined;
  return headers['x-amz-copy-source'] ? 'ObjectCreated:Copy' : 'ObjectCreated:Put';
}

/** Returns the S3 event for a request that removed an object. */
function removalOf(method: string, url: string): string | undefined {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const isRemoval = method === 'DELETE' && /^\/[^/]+\/./.test(pathname);
  // An aborted upload is removed by the same kind of request.
  return isRemoval && !searchParams.has('uploadId') ? 'ObjectRemoved:Delete' : undefined;
}
