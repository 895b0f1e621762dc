import type { ImageSession, Limits, Recipe } from '../convert/index.ts';
import type { Thumbnail } from '../convert/thumbnail.ts';
import type { Budget } from './budget.ts';
import type { Outcome } from './outcome.ts';
import type { ObjectRef } from './upload.ts';

/** Which content an object held at one moment. */
export interface ObjectVersion {
  /** Without quotes. */
  etag: string;
  /** Absent where the bucket keeps no versions. */
  versionId?: string;
  sizeBytes: number;
}

/** An object as it is now. */
export interface FoundFile extends ObjectVersion {
  /** What was stored with it, names in lower case. */
  metadata: Record<string, string>;
}

export interface ReadObject extends FoundFile {
  /** Absent where the object is larger than was asked for: nothing of it was downloaded. */
  bytes?: Uint8Array;
}

export interface NewObject {
  bytes: Uint8Array;
  contentType: string;
  /** Printable ASCII, names in lower case. */
  metadata: Record<string, string>;
}

/**
 * Where the images lie. Throws `PermanentError`, which no retry helps, or `Unavailable`, `Timeout` or
 * `Rejected`.
 */
export interface ObjectStore {
  /** The newest content under a key, or undefined where there is none. */
  read(ref: ObjectRef, options: { maxBytes: number }): Promise<ReadObject | undefined>;
  /** What `read` would find now, without reading it. */
  head(ref: ObjectRef): Promise<FoundFile | undefined>;
  /** Replaces what is there, whole or not at all. */
  put(ref: ObjectRef, object: NewObject): Promise<void>;
  /**
   * Removes what is there, if anything is. With an ETag, and where the store can tell, only while it
   * is of that content; false where it is of another by now.
   */
  remove(ref: ObjectRef, options?: { etag?: string | undefined }): Promise<boolean>;
}

/**
 * What converts, in this process or in others. Besides `ConversionError`, whatever it throws is
 * worth another try.
 */
export interface Converter {
  /** Reads the header and checks it against the limits. Whoever opens an image closes it. */
  open(bytes: Uint8Array, options: ConversionOptions): Promise<ImageSession>;
  /** The same for a small WebP of an output, no wider than `width`. */
  openThumbnail(bytes: Uint8Array, options: ThumbnailOptions): Promise<ImageSession<Thumbnail>>;
  /** Ends what it started. */
  close(): Promise<void>;
}

export interface ConversionOptions {
  recipe: Recipe;
  limits: Limits;
  /** Ends the conversion, which then fails with the signal’s reason. */
  signal?: AbortSignal;
}

export interface ThumbnailOptions extends Omit<ConversionOptions, 'recipe'> {
  width: number;
}

/** An outcome on its way into the ledger. */
export interface LedgerEntry {
  outcome: Outcome;
  /** Whether the process that made it had just been started. */
  coldStart: boolean;
}

/** What happened to each upload: one row for each content of a key and each recipe. */
export interface Ledger {
  /**
   * Writes all entries or none; no two of them may be of the same row. An entry whose row exists
   * replaces it and counts one more attempt, unless the row tells more: a conversion is never
   * replaced by a failure, nor either by a skip.
   * Throws `EntryRejectedError` for entries that it will never take as they are: one by one, the sound ones
   * pass. Throws `Unavailable` or `Timeout` for what a retry may fix.
   */
  record(entries: LedgerEntry[]): Promise<void>;
  /** Forgets all rows of these sources, but for those whose outputs lie elsewhere. */
  remove(sources: { source: ObjectRef; output: ObjectRef }[]): Promise<void>;
}

/** Milliseconds since the epoch, with fractions. */
export type Clock = () => number;

/** What the pipeline works with. */
export interface PipelineParts {
  store: ObjectStore;
  ledger: Ledger;
  converter: Converter;
  now: Clock;
  recipe: Recipe;
  limits: Limits;
  /** One place for each key under way. */
  places: Budget;
  /** Bytes that sources may take together, from their download until their outputs are stored. */
  transfers: Budget;
  /** Bytes that conversions may take together. */
  memory: Budget;
  /** Absent: the source's own bucket. */
  outputBucket?: string | undefined;
  /** Put before a source's key to name its output, such as `grayscale/`. */
  outputPrefix: string;
  processorVersion: string;
  /** Whether an output and its rows stay when the source is removed; by default they do. */
  onSourceDeleted?: 'keep' | 'delete';
}
