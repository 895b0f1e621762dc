import { type StoreAndQueue, startStoreAndQueue } from '../src/sandbox/store-and-queue.ts';

/** A real S3 and SQS server on a separate port, with the bucket `uploads` and its queue. */
export function startS3({
  visibilityTimeoutSeconds = 30,
  announcesRemovals = false,
} = {}): Promise<StoreAndQueue> {
  return startStoreAndQueue({
    ...{ port: 0, bucket: 'uploads', visibilityTimeoutSeconds, announcesRemovals },
  });
}
