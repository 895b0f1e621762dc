import type { ImageSession, Limits, Recipe } from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';
import type { Budget } from './budget.ts';
import type { Outcome } from './outcome.ts';
import type { ObjectRef } from './upload.ts';

/** Identifies an object's content at one moment. */
export interface ObjectVersion {
  /** Without quotes. */
  etag: string;
  /** Absent in a bucket without versions. */
  versionId?: string;
  sizeBytes: number;
}

/** An object's current state. */
export interface FoundObject extends ObjectVersion {
  /** Stored metadata, with names in lower case. */
  metadata: Record<string, string>;
}

/** An attribute of a source that its output can have too. */
export type CarriedAttribute = 'tags' | 'cache-control' | 'metadata';

export interface ReadObject extends FoundObject {
  cacheControl?: string;
  /** Absent unless requested. */
  tags?: Record<string, string>;
  /** Absent if the object exceeds the requested maximum; then nothing was downloaded. */
  bytes?: Uint8Array;
}

export interface NewObject {
  bytes: Uint8Array;
  contentType: string;
  /** Names in lower case. */
  metadata: Record<string, string>;
  /** Printable ASCII, as is `contentDisposition`. */
  cacheControl?: string;
  contentDisposition?: string;
  tags?: Record<string, string>;
  /** The checksum of the bytes in hex, so that a store that needs it does not compute it again. */
  sha256?: string;
}

interface ReadOptions {
  maxBytes: number;
  /** Also reads the tags of the object. Throws `PermanentError` if the store has none. */
  withTags?: boolean;
}

/**
 * Stores the images. Throws `PermanentError`, which must not be retried, or `Unavailable`,
 * `Timeout` or `Rejected`.
 */
export interface ObjectStore {
  /** Returns the newest content of a key, or undefined if there is none. */
  read(ref: ObjectRef, options: ReadOptions): Promise<ReadObject | undefined>;
  /** Returns what `read` would find now, without downloading it. */
  head(ref: ObjectRef): Promise<FoundObject | undefined>;
  /** Replaces the object atomically. */
  put(ref: ObjectRef, object: NewObject): Promise<void>;
  /**
   * Removes the object if it exists. With an ETag, and if the store supports it, removes only that
   * content; returns false if the content has changed.
   */
  remove(ref: ObjectRef, options?: { etag?: string | undefined }): Promise<boolean>;
}

/**
 * Converts images in this process or in others. Errors other than `ConversionError` are retryable.
 */
export interface Converter {
  /** Reads the header and checks it against the limits. The caller must close the image. */
  open(bytes: Uint8Array, options: ConversionOptions): Promise<ImageSession>;
  /** Opens an output for conversion into a small WebP image, at most `width` pixels wide. */
  openThumbnail(bytes: Uint8Array, options: ThumbnailOptions): Promise<ImageSession<Thumbnail>>;
  /** Ends all processes that it started. */
  close(): Promise<void>;
}

export interface ConversionOptions {
  recipe: Recipe;
  limits: Limits;
  /** Aborts the conversion, which then fails with the signal’s reason. */
  signal?: AbortSignal;
}

interface ThumbnailOptions extends Omit<ConversionOptions, 'recipe'> {
  width: number;
}

/** An outcome to be written to the ledger. */
export interface LedgerEntry {
  outcome: Outcome;
  /** Whether the process had just started. */
  coldStart: boolean;
}

/** Records the outcome of each upload: one row per content of a key and recipe. */
export interface Ledger {
  /**
   * Writes all entries or none; no two of them may share a row. An entry whose row exists replaces
   * it and adds one attempt, unless the row holds more: a failure never replaces a conversion, and
   * a skip replaces neither.
   * Throws `EntryRejectedError` for entries that it rejects permanently; sent one by one, the valid
   * ones succeed. Throws `Unavailable` or `Timeout` for retryable failures.
   */
  record(entries: LedgerEntry[]): Promise<void>;
  /** Removes all rows of these sources, except rows whose outputs are at another address. */
  remove(sources: { source: ObjectRef; output: ObjectRef }[]): Promise<void>;
}

/** Returns milliseconds since the epoch, with fractions. */
export type Clock = () => number;

/** The dependencies of the pipeline. */
export interface PipelineParts {
  store: ObjectStore;
  ledger: Ledger;
  converter: Converter;
  now: Clock;
  recipe: Recipe;
  limits: Limits;
  /** One unit for each key in progress. */
  slots: Budget;
  /** Bytes that all sources may hold, from download until their outputs are stored. */
  transfers: Budget;
  /** Bytes that all conversions together may use. */
  memory: Budget;
  /** If absent, outputs go to the source's bucket. */
  outputBucket?: string | undefined;
  /** Added before a source's key to name its output, for example `grayscale/`. */
  outputPrefix: string;
  /** The attributes of a source that are copied to its output. Default: none. */
  outputCarry?: readonly CarriedAttribute[] | undefined;
  processorVersion: string;
  /** Whether an output and its rows stay when the source is removed. Default: keep. */
  onSourceDeleted?: 'keep' | 'delete';
}
