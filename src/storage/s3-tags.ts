import { GetObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import { type ObjectRef, PermanentError } from '../pipeline/index.ts';
import { sdkErrorName, sdkErrorStatus, sdkResponseHeaders } from './s3-responses.ts';

/**
 * Reads the tags that users gave an object; none if the object no longer exists. Throws
 * `PermanentError` if the store has no tags.
 */
export async function readTags(
  send: S3Client['send'],
  { bucket, key }: ObjectRef,
): Promise<Record<string, string>> {
  const command = new GetObjectTaggingCommand({ Bucket: bucket, Key: key });
  const { TagSet } = await send(command).catch(noTagsIfMissing);
  if (!TagSet) throw noTagsError();
  const tags = TagSet.map(({ Key = '', Value = '' }) => [Key, Value] as const);
  // AWS sets these itself and rejects them from users.
  return Object.fromEntries(tags.filter(([name]) => !name.startsWith('aws:')));
}

function noTagsIfMissing(error: unknown): { TagSet: [] } {
  const headers = sdkResponseHeaders(error);
  if (sdkErrorName(error) === 'NoSuchKey' || headers['x-amz-delete-marker']) return { TagSet: [] };
  const status = sdkErrorStatus(error);
  // Some stores ignore the parameter and return the object, which has an ETag and is not XML.
  const isObject = status === 200 && headers.etag !== undefined;
  throw isObject || status === 405 || status === 501 ? noTagsError({ cause: error }) : error;
}

function noTagsError(options?: ErrorOptions): PermanentError {
  return new PermanentError(
    'TAGS_NOT_SUPPORTED',
    'Expected the store to return the tags of the source but it does not support tags. Remove tags from OUTPUT_CARRY, then retry.',
    options,
  );
}
