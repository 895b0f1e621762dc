import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { StoreProbe } from '../doctor/index.ts';
import { checkBucket } from './check-bucket.ts';
import { accessBy } from './s3-connection.ts';
import { createSender, readableBody, toServiceError } from './s3-responses.ts';
import { createS3Store } from './s3-store.ts';
import { readTags } from './s3-tags.ts';

export function createS3Probe(client: S3Client): StoreProbe {
  const send = createSender(client);
  return {
    async reach(bucket) {
      const command = new HeadBucketCommand({ Bucket: bucket });
      let date = '';
      command.middlewareStack.add(
        (next) => async (args) => {
          const result = await next(args);
          const { headers } = result.response as { headers?: Record<string, string> };
          date = headers?.date ?? '';
          return result;
        },
        { step: 'deserialize', name: 'readDate' },
      );
      await checkBucket(send, bucket, command);
      const nowMs = Date.parse(date);
      return Number.isNaN(nowMs) ? {} : { nowMs };
    },

    async readAny(bucket, exceptPrefix) {
      const { Contents = [] } = await send(new ListObjectsV2Command({ Bucket: bucket }));
      const key = Contents.find(({ Key = '' }) => !Key.startsWith(exceptPrefix))?.Key;
      if (key === undefined) return 'empty';
      readableBody(await send(new GetObjectCommand({ Bucket: bucket, Key: key }))).destroy();
      return 'read';
    },

    async write({ bucket, key }, bytes, { onlyIfNew = false, withWrongChecksum = false } = {}) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ...(onlyIfNew && { IfNoneMatch: '*' }),
        ...(withWrongChecksum && { ContentMD5: 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      });
      try {
        await client.send(command);
        return 'written';
      } catch (error) {
        const isConditional = onlyIfNew || withWrongChecksum;
        const name = error instanceof Error ? error.name : '';
        if (isConditional && rejectionNames.includes(name)) return 'refused';
        if (isConditional && name === 'NotImplemented') return 'not supported';
        throw toServiceError(error);
      }
    },

    async writeTags(ref, tags) {
      const object = { bytes: new Uint8Array(), contentType: 'text/plain', metadata: {}, tags };
      await createS3Store(accessBy(client)).put(ref, object);
      return await readTags(send, ref);
    },

    async read({ bucket, key }) {
      const { Body } = await send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      return (await Body?.transformToByteArray()) ?? new Uint8Array();
    },

    async remove({ bucket, key }) {
      await send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}

const rejectionNames = [
  'PreconditionFailed',
  'BadDigest',
  'InvalidDigest',
  'XAmzContentChecksumMismatch',
];
