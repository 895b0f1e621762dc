import {
  altered,
  batchOperationsV1Event,
  batchOperationsV2Event,
  cephEvent,
  eventBridgeEvent,
  minioEvent,
  rustfsEvent,
  s3Event,
  s3TestEvent,
  snsEvent,
  snsNotification,
  sqsEvent,
  versityGatewayEvent,
} from '../../testing/events.ts';

const bucket = 'uploads';
const dialects = {
  s3: s3Event,
  minio: minioEvent,
  rustfs: rustfsEvent,
  ceph: cephEvent,
  versity: versityGatewayEvent,
  eventbridge: eventBridgeEvent,
  'batch operations 1.0': batchOperationsV1Event,
  'batch operations 2.0': batchOperationsV2Event,
};
const objects = {
  'an upload': { key: 'my photos/a+b (ä).jpg' },
  'an output': { key: 'grayscale/a.jpg' },
  'a similar folder': { key: 'grayscale-holiday/a.jpg' },
  'a removal': { key: 'a.jpg', eventName: 'ObjectRemoved:Delete', detailType: 'Object Deleted' },
  'an object of another bucket': { key: 'grayscale/a.jpg', bucket: 'others' },
};
const envelopes = {
  'by itself': (event: unknown) => JSON.stringify(event),
  'in a notification of SNS': (event: unknown) => JSON.stringify(snsNotification(event)),
  'in an event of SNS': (event: unknown) => JSON.stringify(snsEvent(event)),
  'in a message of SQS': (event: unknown) => JSON.stringify(sqsEvent(event)),
};
const two = s3Event({ bucket, key: 'grayscale/a.jpg' }, { bucket, key: 'a.jpg' });
const others: Record<string, string> = {
  'a test event of S3': JSON.stringify(s3TestEvent()),
  'a confirmation of SNS': JSON.stringify(
    snsNotification('', { type: 'SubscriptionConfirmation' }),
  ),
  'an output before an upload': JSON.stringify(two),
  'a list of events': JSON.stringify([s3Event()]),
  'no records': JSON.stringify({ Records: [] }),
  'records that are no list': JSON.stringify({ Records: s3Event().Records[0] }),
  'a key that is a number': JSON.stringify(altered(s3Event(), 'Records.0.s3.object.key', 7)),
  'an object without a key': JSON.stringify(altered(s3Event(), 'Records.0.s3.object', {})),
  'another program’s JSON': '{"job":"resize","id":1}',
  'JSON in JSON': JSON.stringify(JSON.stringify(s3Event())),
  'an empty object': '{}',
  'a number': '1',
  null: 'null',
  'a plain string': 'uploads/a.jpg',
  XML: '<Event/>',
  'JSON that is truncated': JSON.stringify(s3Event()).slice(0, -5),
  'JSON with a byte order mark': `\uFEFF${JSON.stringify(s3Event())}`,
  blank: ' ',
};

/** Bodies of messages that may arrive in the queue: every event format in every envelope. */
export const messageBodies: [name: string, body: string][] = [
  ...Object.entries(dialects).flatMap(([dialect, eventOf]) =>
    Object.entries(objects).flatMap(([what, object]) =>
      Object.entries(envelopes).map(([where, wrap]): [string, string] => [
        `${what}, from ${dialect}, ${where}`,
        wrap(eventOf({ bucket, ...object })),
      ]),
    ),
  ),
  ...Object.entries(others),
];
