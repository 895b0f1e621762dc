import { type Announcement, admit } from './admit.ts';
import type { Dialect } from './dialect.ts';
import { ignored, type Objection, refused } from './event-record.ts';
import { expected, shown } from './expected.ts';
import { type Fields, fieldsOf } from './fields.ts';

/**
 * An S3 event as EventBridge delivers it. Its key is not encoded, unlike that of a notification.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export const eventBridge: Dialect = {
  kind: 'eventbridge',
  recognises: (event) => 'detail-type' in event,
  parse: (event, { options }) => {
    const isCall = event['detail-type'] === cloudTrailCall;
    return [admit(isCall ? announcementOfCall(event) : announcementOf(event), options)];
  },
};

const cloudTrailCall = 'AWS API Call via CloudTrail';

/** S3's calls that make an object. */
const creations: ReadonlySet<unknown> = new Set([
  'PutObject',
  'CopyObject',
  'PostObject',
  'CompleteMultipartUpload',
]);

function announcementOf(event: Fields): Announcement {
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
    objection: objectionTo(event),
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

function objectionTo({ 'detail-type': type, source = 'aws.s3' }: Fields): Objection | undefined {
  if (typeof type !== 'string') return refused(expected('a detail-type', type));
  if (type !== 'Object Created') return ignored(`${shown(type)} announces no new object.`);
  return source === 'aws.s3' ? undefined : refused(expected('an event of aws.s3', source));
}
