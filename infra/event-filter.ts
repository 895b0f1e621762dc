import type { Settings } from './settings-schema.ts';

/**
 * What the event source hands to the function: all but the own outputs, in either form that the
 * bucket's messages have. What no filter matches is deleted unseen, so that they are written as
 * exclusions. Undefined where outputs do not come back.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */
export function ownOutputFilters(settings: Settings): Record<string, unknown>[] | undefined {
  if (!outputsComeBack(settings)) return undefined;
  const key = notAnOutput(settings);
  return [
    { body: { Records: { s3: { object: { key } } } } },
    { body: { detail: { object: { key } } } },
  ];
}

/** What the rule sends to the queue, where events come by EventBridge. */
export function uploadsPattern(settings: Settings, bucketName: string): Record<string, unknown> {
  const { sourcePrefix, onSourceDeleted } = settings;
  const bucket = { name: [bucketName] };
  const key = sourcePrefix === '' ? notAnOutput(settings) : [{ prefix: sourcePrefix }];
  const object = outputsComeBack(settings) || sourcePrefix !== '' ? { object: { key } } : {};
  return {
    source: ['aws.s3'],
    'detail-type': ['Object Created', ...(onSourceDeleted === 'delete' ? ['Object Deleted'] : [])],
    detail: { bucket, ...object },
  };
}

function notAnOutput({ outputPrefix }: Settings) {
  return [{ 'anything-but': { prefix: outputPrefix } }];
}

/** Whether an output is announced like an upload: it lies in the same bucket, where all is announced. */
function outputsComeBack({ source, sourcePrefix, outputBucket }: Settings): boolean {
  const isSameBucket =
    outputBucket === undefined || (source.kind === 'existing' && source.name === outputBucket);
  return isSameBucket && sourcePrefix === '';
}
