import { ignored, type Rejection } from './event-record.ts';
import { readText } from './fields.ts';
import type { ParseOptions } from './parse-options.ts';

/**
 * Names of removal events, from S3's list of event types and the stores' source code: a removal on
 * request (with or without a delete marker), by a lifecycle rule, or by the zone that the object
 * came from.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 * https://docs.ceph.com/en/latest/radosgw/s3-notification-compatibility/
 */
const removals = [
  /^ObjectRemoved(:|$)/,
  /^LifecycleExpiration(:|$)/,
  /^ObjectLifecycle:Expiration(:Current)?$/,
  /^(ObjectSynced|Replication):(Delete|DeletionMarkerCreated)$/,
];

/** Whether an event of this name reports that an object, or a version of it, was removed. */
export function isRemoval(eventName: string): boolean {
  const name = eventName.replace(/^s3:/, '');
  return removals.some((pattern) => pattern.test(name));
}

/**
 * In a versioned bucket, a lifecycle rule permanently removes only older versions: the newest gets
 * a delete marker first. Processing each such event would convert the newest content again.
 */
export function ignoreExpiredVersion({
  isLifecycle,
  isPermanent,
  versionId,
}: {
  isLifecycle: boolean;
  isPermanent: boolean;
  versionId: unknown;
}): Rejection | undefined {
  const hasVersion = readText(versionId) !== undefined && versionId !== 'null';
  if (!isLifecycle || !isPermanent || !hasVersion) return undefined;
  return ignored('A lifecycle rule removed a version that was not the newest.');
}

/** Whether removal events are processed. */
export function acceptsRemovals({ onSourceDeleted }: ParseOptions): boolean {
  return onSourceDeleted === 'delete';
}
