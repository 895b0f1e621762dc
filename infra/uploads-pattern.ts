import { type Settings, sharesBucket } from './settings-schema.ts';

/**
 * The events that the EventBridge rule sends to the queue: S3's own events of this bucket, which
 * all have one documented shape.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
 */
export function uploadsPattern(settings: Settings, bucketName: string): Record<string, unknown> {
  const { sourcePrefix, onSourceDeleted } = settings;
  const bucket = { name: [bucketName] };
  const key = sourcePrefix === '' ? notAnOutput(settings) : [{ prefix: sourcePrefix }];
  const object = outputsTriggerEvents(settings) || sourcePrefix !== '' ? { object: { key } } : {};
  return {
    source: ['aws.s3'],
    'detail-type': ['Object Created', ...(onSourceDeleted === 'delete' ? ['Object Deleted'] : [])],
    detail: { bucket, ...object },
  };
}

function notAnOutput({ outputPrefix }: Settings) {
  return [{ 'anything-but': { prefix: outputPrefix } }];
}

/**
 * Whether outputs are announced like uploads: in the same bucket, and not separated by a prefix.
 */
export function outputsTriggerEvents(settings: Settings): boolean {
  return sharesBucket(settings) && settings.sourcePrefix === '';
}
