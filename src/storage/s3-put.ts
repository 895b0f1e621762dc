import { hash } from 'node:crypto';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import { type NewObject, PermanentError } from '../pipeline/index.ts';
import { sdkErrorName } from './s3-responses.ts';

/** A request for one object. */
export interface DirectRequest {
  method: 'GET' | 'HEAD' | 'PUT';
  headers?: Record<string, string>;
  body?: Uint8Array;
  /** The checksum of the body in hex. */
  bodySha256?: string;
}

/** The attributes of a new object, as the SDK names them. */
export function attributesOf(
  { contentType, contentDisposition, cacheControl, metadata, tags = {} }: NewObject,
  storageClass?: string,
) {
  const described = Object.entries(metadata).map(([name, value]) => [name, toHeaderText(value)]);
  const tagging = formatTags(tags);
  return {
    ContentType: contentType,
    ...(contentDisposition !== undefined && { ContentDisposition: contentDisposition }),
    ...(cacheControl !== undefined && { CacheControl: toHeaderText(cacheControl) }),
    ...(storageClass !== undefined && { StorageClass: storageClass }),
    ...(tagging !== '' && { Tagging: tagging }),
    Metadata: Object.fromEntries(described) as Record<string, string>,
  } satisfies Omit<PutObjectCommandInput, 'Bucket' | 'Key' | 'StorageClass'> & {
    StorageClass?: string;
  };
}

export type Attributes = ReturnType<typeof attributesOf>;

const headerNames = {
  ContentType: 'content-type',
  ContentDisposition: 'content-disposition',
  CacheControl: 'cache-control',
  StorageClass: 'x-amz-storage-class',
  Tagging: 'x-amz-tagging',
} as const satisfies Record<Exclude<keyof Attributes, 'Metadata'>, string>;

/** The store verifies the body by its SHA-256, which is signed. S3 itself also keeps it. */
export function putRequest(
  { bytes, sha256 = hash('sha256', bytes) }: NewObject,
  { Metadata, ...attributes }: Attributes,
  isKept: boolean,
): DirectRequest {
  const described = Object.entries(Metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const others = Object.entries(attributes).map(([name, value]) => [
    headerNames[name as keyof typeof headerNames],
    value,
  ]);
  const headers = {
    ...Object.fromEntries([...others, ...described]),
    ...(isKept && { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') }),
  };
  return { method: 'PUT', headers, body: bytes, bodySha256: sha256 };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html#API_PutObject_RequestSyntax */
function formatTags(tags: Record<string, string>): string {
  return Object.entries(tags)
    .map((tag) => tag.map(encodeURIComponent).join('='))
    .join('&');
}

/**
 * Encodes text outside ASCII by RFC 2047, as S3 itself returns it. Other stores return UTF-8, which
 * Node reads as Latin-1.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html#UserMetadata
 */
function toHeaderText(value: string): string {
  if (/^[ -~]*$/.test(value)) return value;
  const bytes = Buffer.from(value, 'latin1');
  const isUtf8 = /^[\0-\xff]*$/.test(value) && !bytes.toString('utf8').includes('\ufffd');
  return `=?UTF-8?B?${(isUtf8 ? bytes : Buffer.from(value)).toString('base64')}?=`;
}

/** Throws the permanent error that a rejected output has. Rethrows all others. */
export function rethrowPutError(error: unknown, key: string, { StorageClass }: Attributes): never {
  const name = sdkErrorName(error);
  if (name === 'KeyTooLongError' || name === 'KeyTooLong') {
    throw new PermanentError(
      'OUTPUT_KEY_TOO_LONG',
      `The store rejected an output key of ${Buffer.byteLength(key)} bytes, prefix included; S3 allows 1,024. Rename the source, or set OUTPUT_BUCKET and a shorter OUTPUT_PREFIX.`,
      { cause: error },
    );
  }
  const hasClass = StorageClass !== undefined;
  const cure = attributeCures[name] ?? (hasClass && classErrors.includes(name) && classCure);
  if (!cure) throw error;
  throw new PermanentError(
    'OUTPUT_ATTRIBUTES_REJECTED',
    `Expected the store to accept the attributes of the output but received ${name}. ${cure}`,
    { cause: error },
  );
}

const classCure = 'Set OUTPUT_STORAGE_CLASS to a storage class of this store, or unset it.';
const carryCure = 'Shorten the metadata or tags of the source, or carry fewer with OUTPUT_CARRY.';

/** What stores other than S3 report for an unknown storage class. */
const classErrors = ['InvalidArgument', 'NotImplemented'];

/** By S3's error code. */
const attributeCures: Record<string, string | undefined> = {
  InvalidStorageClass: classCure,
  MetadataTooLarge: carryCure,
  RequestHeaderSectionTooLarge: carryCure,
  InvalidTag: carryCure,
};
