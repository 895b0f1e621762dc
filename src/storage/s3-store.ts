import { addAbortSignal, type Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import {
  type ObjectRef,
  type ObjectStore,
  type ReadObject,
  Unavailable,
} from '../pipeline/index.ts';
import { matchesChecksum } from './s3-checksum.ts';
import { connectS3, type S3Access } from './s3-connection.ts';
import { createDirectSender, type DirectOptions, type DirectResponse } from './s3-direct.ts';
import { attributesOf, putRequest } from './s3-put.ts';
import { readableBody, readFoundObject, toServiceError } from './s3-responses.ts';

export interface S3StoreOptions extends DirectOptions {
  /** Of the objects that are put. Default: that of the store. */
  storageClass?: string | undefined;
}

/** Creates an object store on S3 or a compatible store. */
export function createS3Store(
  access: S3Access,
  { storageClass, ...options }: S3StoreOptions = {},
): ObjectStore {
  const connection = connectS3(access);
  const sendDirectly = createDirectSender(connection, options);

  async function get(ref: ObjectRef, maxBytes: number) {
    const direct = await sendDirectly(ref, { method: 'GET' });
    const received = direct && (await receive(ref, direct, maxBytes));
    if (received && (await isIntact(received, direct))) return received;
    const { get } = await connection.sdk();
    // The SDK compares any checksum that S3 keeps.
    const response = await get(ref);
    return response && (await receive(ref, response, maxBytes));
  }

  return {
    async read(ref, { maxBytes, withTags = false }) {
      const received = await get(ref, maxBytes);
      if (!received?.bytes || !withTags) return received;
      const { readTags } = await connection.sdk();
      // Tags are read after the object. A later HEAD request verifies that both belong to one content.
      return { ...received, tags: await readTags(ref) };
    },

    async head(ref) {
      const found = await sendDirectly(ref, { method: 'HEAD' });
      return found ? readFoundObject(found) : await (await connection.sdk()).head(ref);
    },

    async put(ref, object) {
      const attributes = attributesOf(object, storageClass);
      const keepsChecksum = connection.terms()?.sendsChecksums ?? false;
      if (await sendDirectly(ref, putRequest(object, attributes, keepsChecksum))) return;
      await (await connection.sdk()).put(ref, object.bytes, attributes);
    },

    remove: async (ref, options) => (await connection.sdk()).remove(ref, options),
  };
}

/** Reads the body, unless it is larger than `maxBytes`. */
async function receive(
  { key }: ObjectRef,
  response: DirectResponse | GetObjectCommandOutput,
  maxBytes: number,
): Promise<ReadObject> {
  const { ContentLength: announcedBytes, CacheControl: cacheControl } = response;
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
  return {
    ...readFoundObject(response),
    sizeBytes,
    ...(cacheControl && { cacheControl }),
    ...(bytes && { bytes }),
  };
}

async function isIntact({ bytes }: ReadObject, { checksum }: DirectResponse): Promise<boolean> {
  return !bytes || !checksum || (await matchesChecksum(bytes, checksum));
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
