import { addAbortSignal, type Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
  type StorageClass,
} from '@aws-sdk/client-s3';
import {
  type ObjectRef,
  type ObjectStore,
  PermanentError,
  Unavailable,
} from '../pipeline/index.ts';
import { createDirectSender, type DirectOptions } from './s3-direct.ts';
import { attributesOf, putRequest, rethrowPutError } from './s3-put.ts';
import { removeFromS3 } from './s3-remove.ts';
import {
  createSender,
  readableBody,
  readFoundObject,
  sdkErrorName,
  toServiceError,
  undefinedIfMissing,
} from './s3-responses.ts';
import { readTags } from './s3-tags.ts';

export interface S3StoreOptions extends DirectOptions {
  /** Of the objects that are put. Default: that of the store. */
  storageClass?: string | undefined;
}

/** Creates an object store on S3 or a compatible store. */
export function createS3Store(
  client: S3Client,
  { storageClass, ...options }: S3StoreOptions = {},
): ObjectStore {
  const send = createSender(client);
  const sendDirectly = createDirectSender(client, options);
  const { requestChecksumCalculation, responseChecksumValidation } = client.config;

  async function get(ref: ObjectRef) {
    // The SDK knows all checksums that S3 keeps, and compares them with what it receives.
    const isPlain = (await responseChecksumValidation()) === 'WHEN_REQUIRED';
    const response = isPlain && (await sendDirectly(ref, { method: 'GET' }));
    if (response) return response;
    const command = new GetObjectCommand({ Bucket: ref.bucket, Key: ref.key });
    // Only S3's own error code counts: any proxy in between can answer 404.
    return await undefinedIfMissing(send(command).catch(rethrowReadError), ['NoSuchKey']);
  }

  return {
    async read(ref, { maxBytes, withTags = false }) {
      const { key } = ref;
      const response = await get(ref);
      if (!response) return undefined;
      const { ContentLength: announcedBytes } = response;
      const body = readableBody(response);
      if (announcedBytes !== undefined && announcedBytes > maxBytes) {
        // Closes the connection: draining an unwanted body may take minutes.
        body.destroy();
        return readFoundObject(response);
      }
      const { bytes, sizeBytes } = await readBody(body, maxBytes);
      if (announcedBytes !== undefined && bytes && sizeBytes !== announcedBytes) {
        throw new Unavailable(
          `Expected ${announcedBytes} bytes of "${key}" but ${sizeBytes} arrived: the connection ended early.`,
        );
      }
      // Tags are read after the object. A later HEAD request verifies that both belong to one content.
      const tags = bytes && withTags && (await readTags(send, ref));
      return {
        ...readFoundObject(response),
        sizeBytes,
        ...(response.CacheControl && { cacheControl: response.CacheControl }),
        ...(tags && { tags }),
        ...(bytes && { bytes }),
      };
    },

    async head(ref) {
      const found = await sendDirectly(ref, { method: 'HEAD' });
      if (found) return readFoundObject(found);
      const command = new HeadObjectCommand({ Bucket: ref.bucket, Key: ref.key });
      const response = await undefinedIfMissing(send(command), ['NotFound', 'NoSuchKey']);
      return response && readFoundObject(response);
    },

    async put({ bucket, key }, object) {
      const attributes = attributesOf(object, storageClass);
      const checksums = (await requestChecksumCalculation()) === 'WHEN_SUPPORTED';
      if (await sendDirectly({ bucket, key }, putRequest(object, attributes, checksums))) return;
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: object.bytes,
        ...attributes,
        StorageClass: attributes.StorageClass as StorageClass | undefined,
      });
      await send(command).catch((error: unknown) => rethrowPutError(error, key, attributes));
    },

    remove: (ref, options) => removeFromS3(send, ref, options),
  };
}

/** A body that arrives very slowly must not hold a slot forever. */
const bodyTimeoutMs = 120_000;

/** Reads the bytes of a body, unless there are too many: not all stores announce the size. */
async function readBody(
  body: Readable,
  maxBytes: number,
): Promise<{ sizeBytes: number; bytes?: Uint8Array }> {
  addAbortSignal(AbortSignal.timeout(bodyTimeoutMs), body);
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      sizeBytes += chunk.byteLength;
      // Leaving the loop destroys the stream, and with it the connection.
      if (sizeBytes > maxBytes) return { sizeBytes };
      chunks.push(chunk);
    }
  } catch (error) {
    throw toServiceError(error);
  }
  return { sizeBytes, bytes: Buffer.concat(chunks) };
}

function rethrowReadError(error: unknown): never {
  if (sdkErrorName(error) !== 'InvalidObjectState') throw error;
  throw new PermanentError(
    'SOURCE_ARCHIVED',
    'Expected an object that can be read immediately but it is in an archive storage class. Restore it, then retry.',
    { cause: error },
  );
}
