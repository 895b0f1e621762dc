import {
  GetBucketCorsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { type ObjectRef, RangeOutsideError } from '../pipeline/index.ts';
import { checkBucket } from './check-bucket.ts';
import { ObjectExistsError, type ObjectFiles, type OpenOptions } from './object-files.ts';
import { removeFromS3 } from './s3-remove.ts';
import {
  createSender,
  readableBody,
  readFoundObject,
  readVersion,
  sdkErrorName,
  sdkErrorStatus,
  undefinedIfMissing,
} from './s3-responses.ts';
import { verifyLength } from './verify-length.ts';

/** Creates access to the objects of S3, or of a compatible store, as streams and lists. */
export function createS3Files(client: S3Client): ObjectFiles {
  const send = createSender(client);
  let supportsConditions = true;
  return {
    async open(ref, { range, versionId, signal } = {}) {
      const command = new GetObjectCommand({ ...objectAddress(ref, { versionId }), Range: range });
      const response = await undefinedIfMissing(
        send(command, { ...(signal && { abortSignal: signal }) }).catch((error: unknown) => {
          if (sdkErrorName(error) === 'InvalidRange')
            throw new RangeOutsideError(ref.key, `${range}`);
          throw error;
        }),
        ['NoSuchKey', 'NoSuchVersion'],
      );
      if (!response) return undefined;
      const { ContentRange: contentRange, ContentLength: lengthBytes = 0 } = response;
      return {
        ...readFoundObject(response),
        body: readableBody(response),
        lengthBytes,
        ...(contentRange && { contentRange }),
      };
    },

    async head(ref, { signal, ...options } = {}) {
      const command = new HeadObjectCommand(objectAddress(ref, options));
      const request = send(command, { ...(signal && { abortSignal: signal }) });
      const response = await undefinedIfMissing(request, ['NotFound', 'NoSuchKey']);
      return response && readFoundObject(response);
    },

    async write(ref, body, { sizeBytes, contentType, signal, onlyIfNew = false }) {
      const { verifiedBody, failed } = verifyLength(sizeBytes, body, signal);
      const command = new PutObjectCommand({
        ...objectAddress(ref),
        Body: verifiedBody,
        ContentLength: sizeBytes,
        ContentType: contentType,
        ...(onlyIfNew && supportsConditions && { IfNoneMatch: '*' }),
      });
      try {
        const response = await send(command, { abortSignal: failed });
        return { ...readVersion(response), sizeBytes };
      } catch (error) {
        body.destroy();
        // The body's error is more specific than the abort error of the request.
        if (failed.aborted) throw failed.reason;
        if (onlyIfNew && sdkErrorStatus(error) === 412) {
          throw new ObjectExistsError(`Expected no object ${ref.key}.`, { cause: error });
        }
        // The body cannot be sent again; the client's next attempt has no condition.
        if (onlyIfNew && sdkErrorName(error) === 'NotImplemented') supportsConditions = false;
        throw error;
      }
    },

    remove: (ref, options) => removeFromS3(send, ref, options),

    async *list(bucket, prefix, { after } = {}) {
      let token: string | undefined;
      do {
        const command = new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: prefix,
          ContinuationToken: token,
          // XML cannot represent some characters that keys may contain, and turns \r into \n.
          EncodingType: 'url',
          // S3 ignores it next to a token; other stores may not.
          ...(token === undefined && after !== undefined && { StartAfter: after }),
        });
        const { Contents = [], NextContinuationToken, EncodingType } = await send(command);
        // Not all stores encode keys on request; those that do confirm it.
        const decodeKey = EncodingType === 'url' ? urlDecode : (key: string) => key;
        yield Contents.map(({ Key = '', ETag = '', Size = 0, LastModified }) => ({
          key: decodeKey(Key),
          etag: ETag.replaceAll('"', ''),
          sizeBytes: Size,
          ...(LastModified && { modifiedAtMs: LastModified.getTime() }),
        }));
        token = NextContinuationToken;
      } while (token);
    },

    async presign(ref, { contentType, expiresSeconds }) {
      if (!(await allowsBrowserUploads(send, ref.bucket))) return undefined;
      const command = new PutObjectCommand({ ...objectAddress(ref), ContentType: contentType });
      return await getSignedUrl(client, command, {
        expiresIn: expiresSeconds,
        signableHeaders: new Set(['content-type']),
      });
    },

    checkBucket: (bucket) => checkBucket(send, bucket),
  };
}

/**
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html#API_ListObjectsV2_RequestSyntax
 * Some stores claim to encode keys but do not, so a key that cannot be decoded is returned unchanged.
 */
function urlDecode(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return key;
  }
}

function objectAddress(
  { bucket, key }: ObjectRef,
  { versionId }: Pick<OpenOptions, 'versionId'> = {},
) {
  return { Bucket: bucket, Key: key, ...(versionId !== undefined && { VersionId: versionId }) };
}

async function allowsBrowserUploads(send: S3Client['send'], bucket: string): Promise<boolean> {
  try {
    const { CORSRules = [] } = await send(new GetBucketCorsCommand({ Bucket: bucket }));
    return CORSRules.some(({ AllowedMethods = [] }) => AllowedMethods.includes('PUT'));
  } catch (error) {
    if (
      ['NoSuchCORSConfiguration', 'NotImplemented', 'AccessDenied'].includes(sdkErrorName(error))
    ) {
      return false;
    }
    throw error;
  }
}
