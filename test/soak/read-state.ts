import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Row } from './check-promise.ts';
import type { World } from './world.ts';

export async function readRows({ database }: World): Promise<Row[]> {
  const { rows } = await database.query(
    'SELECT source_key, source_etag, recipe_hash, status, code, file_name FROM image_metadata',
  );
  return rows;
}

/** Every object below the output prefix, with its bytes. */
export async function readOutputs({ store, bucket }: World): Promise<Map<string, Uint8Array>> {
  const outputs = new Map<string, Uint8Array>();
  let token: string | undefined;
  do {
    const list = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: 'grayscale/',
      ...(token && { ContinuationToken: token }),
    });
    const { Contents = [], NextContinuationToken } = await store.s3.send(list);
    for (const { Key = '' } of Contents) {
      const object = await store.s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
      outputs.set(Key, (await object.Body?.transformToByteArray()) ?? new Uint8Array());
    }
    token = NextContinuationToken;
  } while (token);
  return outputs;
}
