import type { ObjectRef } from '../pipeline/index.ts';
import type { LedgerRow } from './columns.ts';

export type { LedgerRow };

/** Selects rows; absent fields do not filter. */
export interface RowFilter {
  status?: LedgerRow['status'] | undefined;
  code?: string | undefined;
  bucket?: string | undefined;
  key?: string | undefined;
  prefix?: string | undefined;
  /** A part of the key, in upper or lower case. Uses no index. */
  contains?: string | undefined;
  etag?: string | undefined;
  method?: string | undefined;
  version?: string | undefined;
  /** Whether the source is gray, apart from noise. Rows without this fact match neither value. */
  neutral?: boolean | undefined;
  /** Inclusive. */
  since?: string | undefined;
  /** Exclusive. */
  until?: string | undefined;
}

/** By recording time or duration, ascending or descending; the id breaks ties. */
export type RowOrder = 'newest' | 'oldest' | 'slowest' | 'fastest';

/** The end of a page: the last row's time or duration, and its id. */
export interface RowPosition {
  value: string | number;
  id: string;
}

export interface PageOptions {
  order: RowOrder;
  limit: number;
  after?: RowPosition | undefined;
}

/** The id of a row, and when it was last written. */
export interface RowChange {
  id: string;
  recordedAt: string;
}

/**
 * The state of an object's current content in the ledger, under a recipe. `current`: its output
 * exists. `failed`: its conversion failed. `stale`: the key has rows, but of other content or
 * recipes, or those overwrote the output. `missing`: no row shows that it was ever converted.
 * `ownOutput`: the object is itself an output that was copied there.
 */
export const ledgerStates = ['current', 'failed', 'stale', 'missing', 'ownOutput'] as const;
export type LedgerState = (typeof ledgerStates)[number];

/** The state of one content in the ledger. */
export interface ContentState {
  state: LedgerState;
  /** Whether this content has a row under this recipe, including a skip. */
  hasRow: boolean;
}

/** Selects one page of keys. */
export interface OutputKeysOptions {
  bucket: string;
  prefix: string;
  /** The address of outputs: the prefix is added before the source's key. */
  output: { bucket: string; prefix: string };
  /** Rows written at or after this time are ignored. */
  recordedBefore: string;
  after?: string | undefined;
  limit: number;
}

/** Reads the ledger. All errors of its methods are retryable. */
export interface LedgerReader {
  list(filter: RowFilter, page: PageOptions): Promise<LedgerRow[]>;
  find(id: string): Promise<LedgerRow | undefined>;
  /** Returns the row of a content under a recipe; see `contentId`. */
  findContent(
    ref: ObjectRef & { contentId: string; recipeHash: string },
  ): Promise<LedgerRow | undefined>;
  /** Returns the most recent change. */
  newestChange(): Promise<RowChange | undefined>;
  /** Returns the changes at or after a time, oldest first. */
  changesSince(recordedAt: string, limit: number): Promise<RowChange[]>;
  findAll(ids: string[]): Promise<LedgerRow[]>;
  /** Returns the state of each content, in the same order, with one query. */
  contentStates(
    bucket: string,
    contents: { key: string; etag: string }[],
    recipeHash: string,
  ): Promise<ContentState[]>;
  /** Returns the keys whose rows name an output at that address, in byte order. */
  keysOfOutputs(options: OutputKeysOptions): Promise<string[]>;
  /** Removes a row; returns false if there is none. */
  remove(id: string): Promise<boolean>;
}
