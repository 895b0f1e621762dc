/** An event of one object, in the terms of S3. */
interface ObjectEvent {
  /** For example `ObjectCreated:Put`. */
  eventName: string;
  /** Of the bucket's configuration: it shows a human reader where the message comes from. */
  configurationId: string;
  bucket: string;
  key: string;
  etag?: string | undefined;
  sizeBytes?: number | undefined;
  sequencer?: string;
  region?: string;
  /** Default: now. */
  time?: Date;
}

/**
 * Returns the notification of one event, with one record, as JSON.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export function writeNotification(event: ObjectEvent): string {
  const { eventName, configurationId, region, time = new Date() } = event;
  const { bucket, key, etag, sizeBytes, sequencer } = event;
  const record = {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: region,
    eventName,
    eventTime: time.toISOString(),
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: { name: bucket, arn: `arn:aws:s3:::${bucket}` },
      // Form-encoded, as in S3's notifications.
      object: {
        key: new URLSearchParams([['', key]]).toString().slice(1),
        size: sizeBytes,
        eTag: etag,
        sequencer,
      },
    },
  };
  return JSON.stringify({ Records: [record] });
}
