import { type Announcement, admit } from './admit.ts';
import type { Dialect } from './dialect.ts';
import { ignored, type Objection, refused } from './event-record.ts';
import { expected, shown } from './expected.ts';
import { type Fields, fieldsOf } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';
import { olderVersionExpired, takesRemovals } from './removals.ts';

/**
 * An S3 event as EventBridge delivers it. Its key is not encoded, unlike a notification's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const eventBridge: Dialect = {
  kind: 'eventbridge',
  recognises: (event) => 'detail-type' in event,
  parse: (event, { options }) => {
    const isCall = event['detail-type'] === cloudTrailCall;
    return [admit(isCall ? announcementOfCall(event) : announcementOf(event, options), options)];
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

function announcementOf(event: Fields, options: ParseOptions): Announcement {
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
    objection: objectionTo(event, versionId, options),
  };
}

function announcementOfCall({ detail }: Fields): Announcement {
  const { eventName, requestParameters } = fieldsOf(detail);
  const { bucketName, key } = fieldsOf(requestParameters);
  const objection = creations.has(eventName)
    ? refused(
        `CloudTrail tells of a ${eventName} but not of the object it made: turn on EventBridge notifications in the bucket's properties and match "Object Created" instead.`,
      )
    : ignored(`${shown(eventName)}, of which CloudTrail tells, announces no new object.`);
  return { bucket: bucketName, key, keyEncoding: 'raw', objection };
}

function objectionTo(
  { 'detail-type': type, source = 'aws.s3', detail }: Fields,
  versionId: unknown,
  options: ParseOptions,
): Objection | undefined {
  if (typeof type !== 'string') return refused(expected('a detail-type', type));
  const isTaken = type === 'Object Created' || (type === removal && takesRemovals(options));
  if (!isTaken) return ignored(`${shown(type)} announces no new object.`);
  if (source !== 'aws.s3') return refused(expected('an event of aws.s3', source));
  const { reason, 'deletion-type': deletion } = fieldsOf(detail);
  return olderVersionExpired({
    isLifecycle: reason === 'Lifecycle Expiration',
    isForGood: type === removal && deletion === 'Permanently Deleted',
    versionId,
  });
}
