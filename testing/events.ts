export * from './envelopes.ts';

/**
 * Events of each dialect, copied from the samples of its documentation or sources, with made-up
 * accounts. Every factory takes an upload, and encodes its key as the dialect does.
 */
export interface SampleObject {
  bucket: string;
  key: string;
  /** The name in S3 notifications; the other dialects have different names. */
  eventName: string;
  versionId: string | undefined;
  etag: string;
  sizeBytes: number;
  sequencer: string;
  eventTime: string;
}

type Overrides = Partial<SampleObject>;

/** Almost every dialect encodes it differently. */
export const sampleObject: SampleObject = {
  bucket: 'amzn-s3-demo-bucket',
  key: 'my photos/red flower+1 (ä).jpg',
  eventName: 'ObjectCreated:Put',
  versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
  etag: 'd41d8cd98f00b204e9800998ecf8427e',
  sizeBytes: 1024,
  sequencer: '0055AED6DCD90281E5',
  eventTime: '2026-03-01T12:30:45.123Z',
};

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
export function s3Record(overrides: Overrides = {}) {
  return recordOf(overrides, s3Encoded);
}

export function s3Event(...objects: Overrides[]) {
  return { Records: atLeastOne(objects).map(s3Record) };
}

/** What S3 sends when a notification is configured. */
export function s3TestEvent() {
  return {
    Service: 'Amazon S3',
    Event: 's3:TestEvent',
    Time: '2026-03-01T12:00:00.000Z',
    Bucket: sampleObject.bucket,
    RequestId: '5582815E1AEA5ADF',
    HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
  };
}

/** A webhook's body: https://github.com/minio/minio/blob/master/cmd/event-notification.go */
export function minioEvent(overrides: Overrides = {}) {
  const { bucket, key, ...object } = { ...sampleObject, ...overrides };
  const record = recordOf(overrides, formEncoded);
  const eventName = `s3:${object.eventName}`;
  const source = { host: '192.0.2.7', port: '', userAgent: 'MinIO (linux; amd64) minio-go/v7' };
  return {
    EventName: eventName,
    Key: `${bucket}/${key}`,
    Records: [{ ...record, eventVersion: '2.0', eventSource: 'minio:s3', eventName, source }],
  };
}

/** https://github.com/rustfs/rustfs/blob/main/crates/notify/src/event.rs */
export function rustfsEvent(overrides: Overrides = {}) {
  const { Records, ...event } = minioEvent(overrides);
  return { ...event, Records: Records.map((record) => ({ ...record, eventSource: 'rustfs:s3' })) };
}

/** https://docs.ceph.com/en/latest/radosgw/notifications/#events */
export function cephEvent(overrides: Overrides = {}) {
  const record = recordOf(overrides, unencoded);
  const extension = { eventId: '1771.7.abc', opaqueData: 'me@example.com' };
  return {
    Records: [{ ...record, eventVersion: '2.2', eventSource: 'ceph:s3', ...extension }],
  };
}

/** https://github.com/versity/versitygw/blob/main/s3event/event.go */
export function versityGatewayEvent(overrides: Overrides = {}) {
  const { bucket, key, eventName } = { ...sampleObject, ...overrides };
  const record = recordOf(overrides, unencoded);
  record.s3.bucket.arn = `arn:aws:s3:::/${bucket}/${key}`;
  return { Records: [{ ...record, eventVersion: '2.2', eventName: `s3:${eventName}` }] };
}

/** https://github.com/seaweedfs/seaweedfs/blob/master/weed/notification/webhook/http.go */
export function seaweedFsEvent(overrides: Overrides = {}) {
  const { bucket, key } = { ...sampleObject, ...overrides };
  const path = `/buckets/${bucket}/${key}`;
  return {
    key: path,
    event_type: 'create',
    message: {
      new_entry: seaweedFsEntry(overrides),
      delete_chunks: true,
      new_parent_path: path.slice(0, path.lastIndexOf('/')),
      signatures: [1376502345],
    },
  };
}

/** A file, as Go writes the filer’s protocol in JSON: bytes are Base64, and defaults are left out. */
export function seaweedFsEntry(overrides: Overrides = {}) {
  const { key, etag, sizeBytes } = { ...sampleObject, ...overrides };
  return {
    name: key.slice(key.lastIndexOf('/') + 1),
    chunks: [{ file_id: '3,01637037d6', size: sizeBytes, e_tag: '1B2M2Y8AsgTpgAmY7PhCfg==' }],
    attributes: {
      file_size: sizeBytes,
      mtime: 1772368245,
      file_mode: 432,
      crtime: 1772368245,
      mime: 'image/jpeg',
      md5: Buffer.from(etag, 'hex').toString('base64'),
    },
    extended: { 'Seaweed-X-Amz-Owner': 'YWRtaW4=' },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html */
export function eventBridgeEvent(overrides: Overrides & { detailType?: string } = {}) {
  const { bucket, key, versionId, etag, sizeBytes, sequencer, eventTime } = {
    ...sampleObject,
    ...overrides,
  };
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': overrides.detailType ?? 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: eventTime,
    region: 'ca-central-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: sizeBytes, etag, 'version-id': versionId, sequencer },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '1.2.3.4',
      reason: 'PutObject',
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/batch-ops-invoke-lambda.html */
export function batchOperationsV1Event(...objects: Overrides[]) {
  return {
    invocationSchemaVersion: '1.0',
    invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
    job: { id: 'f3cc4f60-61f6-4a2b-8a21-d07600c373ce' },
    tasks: atLeastOne(objects).map((overrides, index) => {
      const { bucket, ...task } = batchTask(overrides, index);
      return { ...task, s3BucketArn: `arn:aws:s3:us-east-1:123456788:${bucket}` };
    }),
  };
}

export function batchOperationsV2Event(...objects: Overrides[]) {
  return {
    invocationSchemaVersion: '2.0',
    invocationId: 'YXNkbGZqYWRmaiBhc2RmdW9hZHNmZGpmaGFzbGtkaGZza2RmaAo',
    job: { id: 'f3cc4f60-61f6-4a2b-8a21-d07600c373ce', userArguments: { purpose: 'backfill' } },
    tasks: atLeastOne(objects).map((overrides, index) => {
      const { bucket, ...task } = batchTask(overrides, index);
      return { ...task, s3Bucket: bucket };
    }),
  };
}

/** A copy of an event with another value at a path like `Records.0.s3.object.key`. */
export function altered<Event>(event: Event, path: string, value: unknown): Event {
  const copy = structuredClone(event);
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce(
    (node, name) => node[name] as Record<string, unknown>,
    copy as Record<string, unknown>,
  );
  parent[last] = value;
  return copy;
}

/** The encoding of Go's url.QueryEscape and Rust's form_urlencoded. */
function formEncoded(key: string): string {
  return encodeURIComponent(key)
    .replace(/[!'()*~]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+');
}

/** S3 does not encode slashes. */
function s3Encoded(key: string): string {
  return formEncoded(key).replaceAll('%2F', '/');
}

function recordOf(overrides: Overrides, encoded: (key: string) => string) {
  const { bucket, key, eventName, versionId, etag, sizeBytes, sequencer, eventTime } = {
    ...sampleObject,
    ...overrides,
  };
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: 'us-west-2',
    eventTime,
    eventName,
    userIdentity: { principalId: 'AIDAJDPLRKLG7UEXAMPLE' },
    requestParameters: { sourceIPAddress: '2001:db8::1' },
    responseElements: {
      'x-amz-request-id': 'C3D13FE58DE4C810',
      'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD',
    },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: 'uploads',
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
        arn: `arn:aws:s3:::${bucket}`,
      },
      object: { key: encoded(key), size: sizeBytes, eTag: etag, versionId, sequencer },
    },
  };
}

function unencoded(key: string): string {
  return key;
}

function batchTask(overrides: Overrides, index: number) {
  const { bucket, key, versionId } = { ...sampleObject, ...overrides };
  return {
    taskId: `dGFza2lkZ29lc2hlcmUK${index}`,
    s3Key: s3Encoded(key),
    s3VersionId: versionId ?? null,
    bucket,
  };
}

function atLeastOne(objects: Overrides[]): Overrides[] {
  return objects.length > 0 ? objects : [{}];
}
