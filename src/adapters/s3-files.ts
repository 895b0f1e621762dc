import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import {
  BodyLengthError,
  type FoundFile,
  type ObjectFiles,
  type ObjectRef,
  type OpenOptions,
  RangeOutsideError,
} from '../pipeline/index.ts';
import { nameOf, unlessGone, versionOf } from './s3-answers.ts';

/** Objects of S3, and of what speaks its protocol, as streams and lists. */
export function createS3Files(client: S3Client): ObjectFiles {
  return {
    async open(ref, { range, versionId, signal } = {}) {
      const command = new GetObjectCommand({ ...addressOf(ref, { versionId }), Range: range });
      const response = await unlessGone(
        client.send(command, { ...(signal && { abortSignal: signal }) }).catch((error: unknown) => {
          if (nameOf(error) === 'InvalidRange') throw new RangeOutsideError(ref.key, `${range}`);
          throw error;
        }),
        ['NoSuchKey', 'NoSuchVersion'],
      );
      if (!response) return undefined;
      const { ContentRange: contentRange, ContentLength: lengthBytes = 0 } = response;
      return {
        ...foundOf(response),
        body: response.Body as Readable,
        lengthBytes,
        ...(contentRange && { contentRange }),
      };
    },

    async look(ref, options = {}) {
      const command = new HeadObjectCommand(addressOf(ref, options));
      const response = await unlessGone(client.send(command), ['NotFound', 'NoSuchKey']);
      return response && foundOf(response);
    },

    async write(ref, body, { sizeBytes, contentType, signal }) {
      const failing = new AbortController();
      // Some stores keep what came of a body that ends early, so it must not seem to end.
      const counted = countedTo(sizeBytes);
      const piping = pipeline(body, counted, { signal }).catch((error: Error) => {
        failing.abort(error);
        throw error;
      });
      const command = new PutObjectCommand({
        Bucket: ref.bucket,
        Key: ref.key,
        Body: counted,
        ContentLength: sizeBytes,
        ContentType: contentType,
      });
      const sending = client.send(command, { abortSignal: failing.signal });
      // The body's own error says more than that sending it was given up.
      const [sent, piped] = await Promise.allSettled([sending, piping]);
      if (piped.status === 'rejected' && failing.signal.aborted) throw piped.reason;
      if (sent.status === 'rejected') throw sent.reason;
      return { ...versionOf(sent.value), sizeBytes };
    },

    async remove(ref) {
      await client.send(new DeleteObjectCommand(addressOf(ref)));
    },

    async *list(bucket, prefix) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ContinuationToken: token,
        });
        const { Contents = [], NextContinuationToken } = await client.send(command);
        yield Contents.map(({ Key = '', ETag = '', Size = 0 }) => ({
          key: Key,
          etag: ETag.replaceAll('"', ''),
          sizeBytes: Size,
        }));
        token = NextContinuationToken;
      } while (token);
    },

    async presign(ref, { contentType, expiresSeconds }) {
      if (!(await letsBrowsersIn(client, ref.bucket))) return undefined;
      const command = new PutObjectCommand({ ...addressOf(ref), ContentType: contentType });
      return await getSignedUrl(client, command, {
        expiresIn: expiresSeconds,
        signableHeaders: new Set(['content-type']),
      });
    },

    async reach(bucket) {
      await client.send(new HeadBucketCommand({ Bucket: bucket }));
    },
  };
}

function addressOf({ bucket, key }: ObjectRef, { versionId }: Pick<OpenOptions, 'versionId'> = {}) {
  return { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
}

function foundOf(
  response: Parameters<typeof versionOf>[0] & { Metadata?: Record<string, string> | undefined },
): FoundFile {
  return { ...versionOf(response), metadata: response.Metadata ?? {} };
}

function countedTo(sizeBytes: number): Transform {
  let received = 0;
  const mismatch = () => new BodyLengthError(sizeBytes, received);
  const counted = new Transform({
    transform(chunk: Uint8Array, _, done) {
      received += chunk.byteLength;
      if (received > sizeBytes) done(mismatch());
      else done(null, chunk);
    },
    flush(done) {
      done(received === sizeBytes ? null : mismatch());
    },
  });
  // The SDK listens only while it sends; an error before or after must not end the process.
  return counted.on('error', () => {});
}

async function letsBrowsersIn(client: S3Client, bucket: string): Promise<boolean> {
  try {
    const { CORSRules = [] } = await client.send(new GetBucketCorsCommand({ Bucket: bucket }));
    return CORSRules.some(({ AllowedMethods = [] }) => AllowedMethods.includes('PUT'));
  } catch (error) {
    if (['NoSuchCORSConfiguration', 'NotImplemented', 'AccessDenied'].includes(nameOf(error))) {
      return false;
    }
    throw error;
  }
}
