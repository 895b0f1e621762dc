import type { Readable } from 'node:stream';
import {
  type FoundObject,
  type ObjectRef,
  type ObjectVersion,
  Rejected,
} from '../pipeline/index.ts';

/** An object with a stream of its bytes; the caller must read or destroy the stream. */
interface OpenObject extends FoundObject {
  body: Readable;
  /** For example `bytes 0-99/1234`, if a range was requested and returned. */
  contentRange?: string;
  /** Of this response. */
  lengthBytes: number;
}

export interface OpenOptions {
  versionId?: string | undefined;
  /** For example `bytes=0-99`. */
  range?: string | undefined;
  signal?: AbortSignal | undefined;
}

interface WriteOptions {
  /** Announced size; a body of another length is not stored. */
  sizeBytes: number;
  contentType: string;
  signal: AbortSignal;
  /**
   * Throws `ObjectExistsError` instead of replacing an object, if the store supports `If-None-Match`.
   * Other stores ignore or reject the condition; then the object is replaced.
   */
  onlyIfNew?: boolean;
}

export interface ListedObject {
  key: string;
  /** Without quotes. */
  etag: string;
  sizeBytes: number;
  /** Of the newest content. */
  modifiedAtMs?: number;
}

/** The bucket does not exist. */
export class NoSuchBucketError extends Rejected {
  override name = 'NoSuchBucketError';
}

/** The store rejects the credentials, or they do not permit listing the bucket. */
export class AccessDeniedError extends Rejected {
  override name = 'AccessDeniedError';
}

/** A conditional write found an object under its key. */
export class ObjectExistsError extends Rejected {
  override name = 'ObjectExistsError';
}

/** Reads and writes objects as streams, and lists them. Throws `Unavailable`, `Timeout` or `Rejected`. */
export interface ObjectFiles {
  /** Opens the newest content or one version; throws `RangeOutsideError`. */
  open(ref: ObjectRef, options?: OpenOptions): Promise<OpenObject | undefined>;
  /** Returns what `open` would find now, without the bytes. */
  head(ref: ObjectRef, options?: Omit<OpenOptions, 'range'>): Promise<FoundObject | undefined>;
  write(ref: ObjectRef, body: Readable, options: WriteOptions): Promise<ObjectVersion>;
  /** See `ObjectStore.remove`. */
  remove(ref: ObjectRef, options?: { etag?: string | undefined }): Promise<boolean>;
  /** Lists all objects under a prefix, or those after a key, page by page, in key order. */
  list(
    bucket: string,
    prefix: string,
    options?: { after?: string | undefined },
  ): AsyncIterable<ListedObject[]>;
  /** Returns a URL to which a browser may PUT; undefined if the bucket allows no other origins. */
  presign(
    ref: ObjectRef,
    options: { contentType: string; expiresSeconds: number },
  ): Promise<string | undefined>;
  /** Throws if the bucket cannot be used, for example `NoSuchBucketError` or `AccessDeniedError`. */
  checkBucket(bucket: string): Promise<void>;
}
