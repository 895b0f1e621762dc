import { type Announcement, admit } from './admit.ts';
import { describeMismatch, formatValue } from './describe-mismatch.ts';
import type { Dialect } from './dialect.ts';
import { ignored, type Rejection, refused } from './event-record.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';
import { acceptsRemovals, ignoreExpiredVersion } from './removals.ts';

/**
 * An S3 event as EventBridge delivers it. Its key is not encoded, unlike a notification's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const eventBridge: Dialect = {
  kind: 'eventbridge',
  recognises: (event) => 'detail-type' in event,
  parse: (event, { options }) => {
    const isCall = event['detail-type'] === cloudTrailCall;
    return [admit(isCall ? readCloudTrailCall(event) : readAnnouncement(event, options), options)];
  },
};

const cloudTrailCall = 'AWS API Call via CloudTrail';

/** S3 API calls that create an object. */
const creations: ReadonlySet<unknown> = new Set([
  'PutObject',
  'CopyObject',
  'PostObject',
  'CompleteMultipartUpload',
]);

const removal = 'Object Deleted';

function readAnnouncement(event: Fields, options: ParseOptions): Announcement {
  const { bucket, object } = fieldsOf(event.detail);
  const { key, 'version-id': versionId, etag, size, sequencer } = fieldsOf(object);
  return {
    bucket: fieldsOf(bucket).name,
    key,
    keyEncoding: 'raw',
    versionId,
    etag,
    sizeBytes: size,
    sequencer,
    eventTime: event.time,
    isRemoval: event['detail-type'] === removal,
    rejection: findRejection(event, versionId, options),
  };
}

function readCloudTrailCall({ detail }: Fields): Announcement {
  const { eventName, requestParameters } = fieldsOf(detail);
  const { bucketName, key } = fieldsOf(requestParameters);
  const rejection = creations.has(eventName)
    ? refused(
        `CloudTrail reports a ${eventName} but not the object it created: turn on EventBridge notifications in the bucket's properties and match "Object Created" instead.`,
      )
    : ignored(`The CloudTrail call ${formatValue(eventName)} creates no object.`);
  return { bucket: bucketName, key, keyEncoding: 'raw', rejection };
}

function findRejection(
  { 'detail-type': type, source = 'aws.s3', detail }: Fields,
  versionId: unknown,
  options: ParseOptions,
): Rejection | undefined {
  if (typeof type !== 'string') return refused(describeMismatch('a detail-type', type));
  const isAccepted = type === 'Object Created' || (type === removal && acceptsRemovals(options));
  if (!isAccepted) return ignored(`${formatValue(type)} reports no new object.`);
  if (source !== 'aws.s3') return refused(describeMismatch('an event from aws.s3', source));
  const { reason, 'deletion-type': deletion } = fieldsOf(detail);
  return ignoreExpiredVersion({
    isLifecycle: reason === 'Lifecycle Expiration',
    isPermanent: type === removal && deletion === 'Permanently Deleted',
    versionId,
  });
}
