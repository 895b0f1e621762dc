import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectRef } from '../pipeline/index.ts';
import { sdkErrorName, sdkErrorStatus } from './s3-responses.ts';

/**
 * Removes an object. With an ETag, removes only that content; returns false if the content has
 * changed.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 */
export async function removeFromS3(
  send: S3Client['send'],
  { bucket, key }: ObjectRef,
  { etag }: { etag?: string | undefined } = {},
): Promise<boolean> {
  const address = { Bucket: bucket, Key: key };
  // Other stores ignore the condition, or reject it as unsupported.
  const condition = etag === undefined ? {} : { IfMatch: `"${etag}"` };
  try {
    await send(new DeleteObjectCommand({ ...address, ...condition }));
  } catch (error) {
    // With a condition, a missing object is an error.
    if (sdkErrorName(error) === 'NoSuchKey') return true;
    if ([409, 412].includes(sdkErrorStatus(error))) return false;
    if (sdkErrorName(error) !== 'NotImplemented') throw error;
    await send(new DeleteObjectCommand(address));
  }
  return true;
}
