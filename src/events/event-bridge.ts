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
  parse: (event, { options }) => [admit(announcementOf(event), options)],
};

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

function objectionTo({ 'detail-type': type, source = 'aws.s3' }: Fields): Objection | undefined {
  if (typeof type !== 'string') return refused(expected('a detail-type', type));
  if (type !== 'Object Created') return ignored(`${shown(type)} announces no new object.`);
  return source === 'aws.s3' ? undefined : refused(expected('an event of aws.s3', source));
}
