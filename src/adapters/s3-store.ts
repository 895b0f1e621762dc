import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type ObjectStore, type ObjectVersion, PermanentError } from '../pipeline/index.ts';

/** S3 and what speaks its protocol. */
export function createS3Store(client: S3Client): ObjectStore {
  return {
    async read({ bucket, key }, { maxBytes }) {
      const response = await unlessGone(
        client.send(new GetObjectCommand({ Bucket: bucket, Key: key })).catch(explainRead),
      );
      if (!response) return undefined;
      const version = versionOf(response);
      if (version.sizeBytes > maxBytes) {
        // Closes the connection: draining a body that nobody wants may take minutes.
        (response.Body as { destroy?: () => void } | undefined)?.destroy?.();
        return version;
      }
      const bytes = (await response.Body?.transformToByteArray()) ?? new Uint8Array();
      if (bytes.byteLength !== version.sizeBytes) {
        throw new Error(
          `Expected ${version.sizeBytes} bytes of "${key}" but ${bytes.byteLength} arrived: the connection ended early.`,
        );
      }
      return { ...version, bytes };
    },

    async head({ bucket, key }) {
      const response = await unlessGone(
        client.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
      );
      return response && versionOf(response);
    },

    async put({ bucket, key }, { bytes, contentType, metadata }) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: contentType,
        Metadata: metadata,
      });
      await client.send(command).catch((error: unknown) => explainPut(error, key));
    },
  };
}

interface VersionFields {
  ETag?: string | undefined;
  VersionId?: string | undefined;
  ContentLength?: number | undefined;
}

function versionOf({ ETag, VersionId, ContentLength }: VersionFields): ObjectVersion {
  return {
    etag: (ETag ?? '').replaceAll('"', ''),
    // "null" is what S3 calls the one version in a bucket that stopped keeping them.
    ...(VersionId && VersionId !== 'null' && { versionId: VersionId }),
    sizeBytes: ContentLength ?? 0,
  };
}

/** A missing object is an answer and not an error. A missing bucket is an error. */
async function unlessGone<Response>(request: Promise<Response>): Promise<Response | undefined> {
  try {
    return await request;
  } catch (error) {
    if (nameOf(error) === 'NoSuchKey' || nameOf(error) === 'NotFound') return undefined;
    throw error;
  }
}

function explainRead(error: unknown): never {
  if (nameOf(error) !== 'InvalidObjectState') throw error;
  throw new PermanentError(
    'SOURCE_ARCHIVED',
    'Expected an object that can be read at once but it lies in an archive storage class. Restore it, then retry.',
    { cause: error },
  );
}

function explainPut(error: unknown, key: string): never {
  if (nameOf(error) !== 'KeyTooLongError' && nameOf(error) !== 'KeyTooLong') throw error;
  throw new PermanentError(
    'OUTPUT_KEY_TOO_LONG',
    `The store refused an output key of ${Buffer.byteLength(key)} bytes, prefix included; S3 takes 1,024. Rename the source, or set OUTPUT_BUCKET and a shorter OUTPUT_PREFIX.`,
    { cause: error },
  );
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
