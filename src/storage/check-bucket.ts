import { HeadBucketCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { AccessDeniedError, NoSuchBucketError } from './object-files.ts';
import { accessDeniedAdvice, noSuchBucketAdvice } from './s3-problems.ts';
import { sdkErrorStatus } from './s3-responses.ts';

/**
 * Throws the reason why a bucket cannot be used. A response to HEAD has no body, so it does not
 * name its error; a list, which needs the same right, does.
 */
export async function checkBucket(
  send: S3Client['send'],
  bucket: string,
  head = new HeadBucketCommand({ Bucket: bucket }),
): Promise<void> {
  try {
    await send(head);
  } catch (error) {
    if (sdkErrorStatus(error) === 0) throw error;
    const list = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
    await send(list).catch(rethrowBucketError);
  }
}

/** Some stores and proxies send no error name for a list either. */
function rethrowBucketError(error: Error & { advice?: string }): never {
  const { message, cause, advice } = error;
  if (advice !== undefined) throw error;
  switch (sdkErrorStatus(error)) {
    case 404:
      throw new NoSuchBucketError(`${message}. ${noSuchBucketAdvice}`, {
        ...{ cause, advice: noSuchBucketAdvice },
      });
    case 401:
    case 403:
      throw new AccessDeniedError(`${message}. ${accessDeniedAdvice}`, {
        ...{ cause, advice: accessDeniedAdvice },
      });
    default:
      throw error;
  }
}
