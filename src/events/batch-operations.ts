import { type Announcement, admit } from './admit.ts';
import { describeMismatch } from './describe-mismatch.ts';
import type { Dialect } from './dialect.ts';
import { type Rejection, refused } from './event-record.ts';
import { fieldsOf, hasMajorVersion, isFields, readText } from './fields.ts';

/**
 * The event with which S3 Batch Operations invokes a function: one record per task, in order.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html
 */
export const batchOperations: Dialect = {
  kind: 's3-batch-operations',
  recognises: (event) => 'tasks' in event || 'invocationSchemaVersion' in event,
  *parse({ tasks, invocationSchemaVersion }, { options }) {
    if (!Array.isArray(tasks)) {
      yield refused(describeMismatch('tasks to be an array', tasks));
      return;
    }
    for (const task of tasks) yield admit(readAnnouncement(task, invocationSchemaVersion), options);
  },
};

/** Version 1.0 names buckets by ARN (`s3BucketArn`), 2.0 by name (`s3Bucket`). */
function readAnnouncement(task: unknown, schemaVersion: unknown): Announcement {
  const { s3Bucket, s3BucketArn, s3Key, s3VersionId } = fieldsOf(task);
  return {
    bucket: readBucket(readText(s3Bucket) ?? s3BucketArn),
    key: s3Key,
    // The page above says "Keys from S3 Batch Operations are URL encoded". Its examples decode some
    // with unquote, some with unquote_plus. The latter is right for both versions: a manifest
    // encodes a plus sign as %2B, so a bare plus can only be a space.
    keyEncoding: 'form',
    versionId: s3VersionId,
    rejection: findRejection(task, schemaVersion),
  };
}

/** The last part of an ARN; for a directory bucket it is `bucket/name`. */
function readBucket(bucket: unknown): unknown {
  return readText(bucket)
    ?.split(':')
    .at(-1)
    ?.replace(/^bucket\//, '');
}

function findRejection(task: unknown, schemaVersion: unknown): Rejection | undefined {
  if (!hasMajorVersion(schemaVersion, ['1', '2'])) {
    return refused(describeMismatch('an invocationSchemaVersion of 1.0 or 2.0', schemaVersion));
  }
  return isFields(task) ? undefined : refused(describeMismatch('a task', task));
}
