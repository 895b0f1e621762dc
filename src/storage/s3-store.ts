import { hash } from 'node:crypto';
import { addAbortSignal, type Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import {
  type NewObject,
  type ObjectRef,
  type ObjectStore,
  PermanentError,
  Unavailable,
} from '../pipeline/index.ts';
import { createDirectSender, type DirectOptions, type DirectRequest } from './s3-direct.ts';
import { removeFromS3 } from './s3-remove.ts';
import {
  createSender,
  readableBody,
  readFoundObject,
  readVersion,
  sdkErrorName,
  toServiceError,
  undefinedIfMissing,
} from './s3-responses.ts';

/** Creates an object store on S3 or a compatible store. */
export function createS3Store(client: S3Client, options?: DirectOptions): ObjectStore {
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
    async read(ref, { maxBytes }) {
      const { key } = ref;
      const response = await get(ref);
      if (!response) return undefined;
      const { ContentLength: announcedBytes, Metadata: metadata = {} } = response;
      const body = readableBody(response);
      if (announcedBytes !== undefined && announcedBytes > maxBytes) {
        // Closes the connection: draining an unwanted body may take minutes.
        body.destroy();
        return { ...readVersion(response), metadata };
      }
      const { bytes, sizeBytes } = await readBody(body, maxBytes);
      if (announcedBytes !== undefined && bytes && sizeBytes !== announcedBytes) {
        throw new Unavailable(
          `Expected ${announcedBytes} bytes of "${key}" but ${sizeBytes} arrived: the connection ended early.`,
        );
      }
      return { ...readVersion(response), sizeBytes, metadata, ...(bytes && { bytes }) };
    },

    async head(ref) {
      const found = await sendDirectly(ref, { method: 'HEAD' });
      if (found) return readFoundObject(found);
      const command = new HeadObjectCommand({ Bucket: ref.bucket, Key: ref.key });
      const response = await undefinedIfMissing(send(command), ['NotFound', 'NoSuchKey']);
      return response && readFoundObject(response);
    },

    async put({ bucket, key }, object) {
      const { bytes, contentType, metadata } = object;
      const checksums = (await requestChecksumCalculation()) === 'WHEN_SUPPORTED';
      if (await sendDirectly({ bucket, key }, putRequest(object, checksums))) return;
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType,
        Metadata: metadata,
      });
      await send(command).catch((error: unknown) => rethrowPutError(error, key));
    },

    remove: (ref, options) => removeFromS3(send, ref, options),
  };
}

/** The store verifies the body by its SHA-256, which is signed. S3 itself also keeps it. */
function putRequest(
  { bytes, contentType, metadata, sha256 = sha256Of(bytes) }: NewObject,
  isKept: boolean,
): DirectRequest {
  const described = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  const headers = {
    'content-type': contentType,
    ...Object.fromEntries(described),
    ...(isKept && { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') }),
  };
  return { method: 'PUT', headers, body: bytes, bodySha256: sha256 };
}

function sha256Of(bytes: Uint8Array): string {
  return hash('sha256', bytes);
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

function rethrowPutError(error: unknown, key: string): never {
  if (sdkErrorName(error) !== 'KeyTooLongError' && sdkErrorName(error) !== 'KeyTooLong')
    throw error;
  throw new PermanentError(
    'OUTPUT_KEY_TOO_LONG',
    `The store rejected an output key of ${Buffer.byteLength(key)} bytes, prefix included; S3 allows 1,024. Rename the source, or set OUTPUT_BUCKET and a shorter OUTPUT_PREFIX.`,
    { cause: error },
  );
}
