import { DeleteObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { ObjectRef } from '../pipeline/index.ts';
import { nameOf, statusOf } from './s3-answers.ts';

/**
 * Removes an object; with an ETag, only while it has that content. False where it has another by now.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
 */
export async function removeFromS3(
  send: S3Client['send'],
  { bucket, key }: ObjectRef,
  { etag }: { etag?: string | undefined } = {},
): Promise<boolean> {
  const address = { Bucket: bucket, Key: key };
  // Other stores ignore the condition, or refuse it as something that they do not have.
  const condition = etag === undefined ? {} : { IfMatch: `"${etag}"` };
  try {
    await send(new DeleteObjectCommand({ ...address, ...condition }));
  } catch (error) {
    // With a condition, an object that is gone is an error.
    if (nameOf(error) === 'NoSuchKey') return true;
    if ([409, 412].includes(statusOf(error))) return false;
    if (nameOf(error) !== 'NotImplemented') throw error;
    await send(new DeleteObjectCommand(address));
  }
  return true;
}
