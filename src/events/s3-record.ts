import { type Announcement, admit } from './admit.ts';
import { describeMismatch, formatValue } from './describe-mismatch.ts';
import type { Dialect } from './dialect.ts';
import { ignored, type Rejection, refused } from './event-record.ts';
import { type Fields, fieldsOf, hasMajorVersion, readText } from './fields.ts';
import type { KeyEncoding, ParseOptions } from './parse-options.ts';
import { acceptsRemovals, ignoreExpiredVersion, isRemoval } from './removals.ts';

/**
 * A record of an S3 event notification, from S3 or from a store that uses its format.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3Record: Dialect = {
  kind: 's3',
  recognises: (event) => 's3' in event || readText(event.eventSource)?.endsWith(':s3') === true,
  parse: (record, { options }) => [admit(readAnnouncement(record, options), options)],
};

/** The message that S3 sends instead of records when a notification is configured. */
export const s3TestEvent: Dialect = {
  kind: 's3',
  recognises: (event) => event.Event === 's3:TestEvent',
  parse: ({ Event, Bucket }, { options }) => [
    admit({ bucket: Bucket, rejection: ignoreOtherEvent(Event) }, options),
  ],
};

function readAnnouncement(record: Fields, options: ParseOptions): Announcement {
  const { bucket, object } = fieldsOf(record.s3);
  const { name, arn } = fieldsOf(bucket);
  const { key, versionId, eTag, size, sequencer } = fieldsOf(object);
  return {
    bucket: name,
    key,
    keyEncoding: isFromVersityGateway(name, key, arn) ? 'raw' : keyEncodingOf(record.eventSource),
    versionId,
    etag: eTag,
    sizeBytes: size,
    sequencer,
    eventTime: record.eventTime,
    isRemoval: isRemoval(readText(record.eventName) ?? ''),
    rejection:
      checkVersion(record.eventVersion) ??
      checkEventName(record.eventName, acceptsRemovals(options)) ??
      ignoreExpiredVersion({
        isLifecycle: /LifecycleExpiration/.test(`${record.eventName}`),
        isPermanent: /:Delete$/.test(`${record.eventName}`),
        versionId,
      }),
  };
}

/**
 * By `eventSource`, from the stores' source code: minio cmd/event-notification.go
 * (`url.QueryEscape`), rustfs crates/notify/src/event.rs (`form_urlencoded`), ceph
 * src/rgw/rgw_pubsub.cc (the key is not encoded). Any other store is assumed to encode as S3 does.
 */
const keyEncodings = new Map<unknown, KeyEncoding>([
  ['aws:s3', 'form'],
  ['minio:s3', 'form'],
  ['rustfs:s3', 'form'],
  ['ceph:s3', 'raw'],
]);

function keyEncodingOf(eventSource: unknown): KeyEncoding {
  return keyEncodings.get(eventSource) ?? 'form';
}

/**
 * VersityGW calls itself aws:s3 but does not encode keys. Its bucket ARN identifies it: it holds
 * the whole request path, arn:aws:s3:::/bucket/key (versitygw s3event/event.go).
 */
function isFromVersityGateway(name: unknown, key: unknown, arn: unknown): boolean {
  const path = readText(name) && readText(key) && `${name}/${key}`;
  return path !== undefined && readText(arn)?.endsWith(path) === true;
}

function checkVersion(eventVersion: unknown): Rejection | undefined {
  const isKnown = hasMajorVersion(eventVersion, ['2']);
  return isKnown ? undefined : refused(describeMismatch('an eventVersion of 2.x', eventVersion));
}

function checkEventName(eventName: unknown, acceptsRemovals: boolean): Rejection | undefined {
  // Records written by hand for a test often have no event name; the object decides.
  if (eventName === undefined || eventName === null || eventName === '') return undefined;
  if (typeof eventName !== 'string') return refused(describeMismatch('an eventName', eventName));
  if (acceptsRemovals && isRemoval(eventName)) return undefined;
  return isCreation(eventName.replace(/^s3:/, '')) ? undefined : ignoreOtherEvent(eventName);
}

function ignoreOtherEvent(eventName: unknown): Rejection {
  return ignored(`${formatValue(eventName)} reports no new object.`);
}

function isCreation(name: string): boolean {
  return creations.has(name) || (/^ObjectCreated(:|$)/.test(name) && !changes.has(name));
}

/**
 * Ceph sends these when an object arrives from another zone. A zone sends them only on request, so
 * the objects of this zone are to be processed. If the zone of origin has done the same, that costs
 * time but no harm: the outputs are identical.
 */
const creations: ReadonlySet<string> = new Set(['ObjectSynced:Create', 'Replication:Create']);

/** Names that MinIO and RustFS give to changes of an existing object. */
const changes: ReadonlySet<string> = new Set([
  'ObjectCreated:PutTagging',
  'ObjectCreated:DeleteTagging',
  'ObjectCreated:PutRetention',
  'ObjectCreated:PutLegalHold',
]);
