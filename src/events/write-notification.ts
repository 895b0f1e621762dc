/** An event of one object, as S3 tells of it. */
interface ObjectEvent {
  /** As `ObjectCreated:Put`. */
  eventName: string;
  /** Of the bucket's configuration: whoever reads a message by eye sees where it comes from. */
  configurationId: string;
  bucket: string;
  key: string;
  etag?: string | undefined;
  sizeBytes?: number | undefined;
  sequencer?: string;
  region?: string;
  /** Now, if not given. */
  time?: Date;
}

/**
 * The notification of one event, with one record, as JSON.
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
      // Form-encoded, as S3 does it.
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
