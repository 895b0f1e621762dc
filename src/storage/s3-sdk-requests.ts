import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  type StorageClass,
} from '@aws-sdk/client-s3';
import { type FoundObject, type ObjectRef, PermanentError } from '../pipeline/index.ts';
import { type Attributes, rethrowPutError } from './s3-put.ts';
import { removeFromS3 } from './s3-remove.ts';
import { createSender, readFoundObject, sdkErrorName, undefinedIfMissing } from './s3-responses.ts';
import { readTags } from './s3-tags.ts';

/** The requests of an object store, sent by the SDK. */
export interface SdkRequests {
  get(ref: ObjectRef): Promise<GetObjectCommandOutput | undefined>;
  head(ref: ObjectRef): Promise<FoundObject | undefined>;
  put(ref: ObjectRef, bytes: Uint8Array, attributes: Attributes): Promise<void>;
  readTags(ref: ObjectRef): Promise<Record<string, string>>;
  remove(ref: ObjectRef, options?: { etag?: string | undefined }): Promise<boolean>;
}

export function createSdkRequests(client: S3Client): SdkRequests {
  const send = createSender(client);
  return {
    async get({ bucket, key }) {
      const command = new GetObjectCommand({ Bucket: bucket, Key: key });
      // Only S3's own error code counts: any proxy in between can answer 404.
      return await undefinedIfMissing(send(command).catch(rethrowReadError), ['NoSuchKey']);
    },

    async head({ bucket, key }) {
      const command = new HeadObjectCommand({ Bucket: bucket, Key: key });
      const response = await undefinedIfMissing(send(command), ['NotFound', 'NoSuchKey']);
      return response && readFoundObject(response);
    },

    async put({ bucket, key }, bytes, attributes) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ...attributes,
        StorageClass: attributes.StorageClass as StorageClass | undefined,
      });
      await send(command).catch((error: unknown) => rethrowPutError(error, key, attributes));
    },

    readTags: (ref) => readTags(send, ref),
    remove: (ref, options) => removeFromS3(send, ref, options),
  };
}

function rethrowReadError(error: unknown): never {
  if (sdkErrorName(error) !== 'InvalidObjectState') throw error;
  throw new PermanentError(
    'SOURCE_ARCHIVED',
    'Expected an object that can be read immediately but it is in an archive storage class. Restore it, then retry.',
    { cause: error },
  );
}
