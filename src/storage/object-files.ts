import type { Readable } from 'node:stream';
import { type FoundFile, type ObjectRef, type ObjectVersion, Rejected } from '../pipeline/index.ts';

/** An object whose bytes are on their way; its stream must be read or destroyed. */
interface OpenFile extends FoundFile {
  body: Readable;
  /** Such as `bytes 0-99/1234`, where a part was asked for and given. */
  contentRange?: string;
  /** Of this answer. */
  lengthBytes: number;
}

export interface OpenOptions {
  versionId?: string | undefined;
  /** Such as `bytes=0-99`. */
  range?: string | undefined;
  signal?: AbortSignal | undefined;
}

export type LookOptions = Omit<OpenOptions, 'range'>;

export interface WriteOptions {
  /** Announced; a body of another length is not stored. */
  sizeBytes: number;
  contentType: string;
  signal: AbortSignal;
}

export interface ListedObject {
  key: string;
  /** Without quotes. */
  etag: string;
  sizeBytes: number;
  /** Of its newest content. */
  modifiedAtMs?: number;
}

/** There is no bucket of this name. */
export class NoSuchBucketError extends Rejected {
  override name = 'NoSuchBucketError';
}

/** The store refuses the credentials, or they lack the right to list the bucket. */
export class AccessDeniedError extends Rejected {
  override name = 'AccessDeniedError';
}

/** Objects as streams and lists, for those who hand them on. Throws `Unavailable`, `Timeout` or `Rejected`. */
export interface ObjectFiles {
  /** The newest content or a version of it; throws `RangeOutsideError`. */
  open(ref: ObjectRef, options?: OpenOptions): Promise<OpenFile | undefined>;
  /** What `open` would find now, its bytes apart. */
  look(ref: ObjectRef, options?: LookOptions): Promise<FoundFile | undefined>;
  write(ref: ObjectRef, body: Readable, options: WriteOptions): Promise<ObjectVersion>;
  /** As `ObjectStore.remove`. */
  remove(ref: ObjectRef, options?: { etag?: string | undefined }): Promise<boolean>;
  /** All objects under a prefix, or those after a key, a page at a time, in the order of keys. */
  list(
    bucket: string,
    prefix: string,
    options?: { after?: string | undefined },
  ): AsyncIterable<ListedObject[]>;
  /** A URL to which a browser may PUT; undefined where the bucket lets no other sites in. */
  presign(
    ref: ObjectRef,
    options: { contentType: string; expiresSeconds: number },
  ): Promise<string | undefined>;
  /** Throws where the bucket cannot be reached; also `NoSuchBucketError` and `AccessDeniedError`. */
  reach(bucket: string): Promise<void>;
}
