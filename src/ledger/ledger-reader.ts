import type { ObjectRef } from '../pipeline/index.ts';
import type { LedgerRow } from './columns.ts';

export type { LedgerRow };

/** Which rows; what is absent does not matter. */
export interface RowFilter {
  status?: LedgerRow['status'] | undefined;
  code?: string | undefined;
  bucket?: string | undefined;
  key?: string | undefined;
  prefix?: string | undefined;
  etag?: string | undefined;
  method?: string | undefined;
  version?: string | undefined;
  /** From this moment on. */
  since?: string | undefined;
  /** Before this moment. */
  until?: string | undefined;
}

/** By time of recording or by duration, either way; the id decides between equals. */
export type RowOrder = 'newest' | 'oldest' | 'slowest' | 'fastest';

/** Where a page ended: the last row's time or duration, and its id. */
export interface RowPosition {
  value: string | number;
  id: string;
}

export interface PageOptions {
  order: RowOrder;
  limit: number;
  after?: RowPosition | undefined;
}

/** A row that was written, and when. */
export interface RowChange {
  id: string;
  recordedAt: string;
}

/**
 * How an object, as it is now, stands in the ledger under a recipe: its output is there (`current`);
 * its conversion failed; its key has rows, but of other content or recipes, or the output was written
 * anew from those (`stale`); nothing tells that it was ever converted (`missing`); or it is an output
 * itself, which was copied there (`ownOutput`).
 */
export const ledgerStates = ['current', 'failed', 'stale', 'missing', 'ownOutput'] as const;
export type LedgerState = (typeof ledgerStates)[number];

/** How one content stands in the ledger. */
export interface ContentState {
  state: LedgerState;
  /** Whether this content has a row under this recipe, a skip among them. */
  hasRow: boolean;
}

/** Which keys, and a page of them. */
export interface OutputKeysOptions {
  bucket: string;
  prefix: string;
  /** Where outputs lie: its prefix before the key names one. */
  output: { bucket: string; prefix: string };
  /** Rows that were written since do not count. */
  recordedBefore: string;
  after?: string | undefined;
  limit: number;
}

/** Reads the ledger. Whatever a method throws is worth another try. */
export interface LedgerReader {
  list(filter: RowFilter, page: PageOptions): Promise<LedgerRow[]>;
  find(id: string): Promise<LedgerRow | undefined>;
  /** The row of a content under a recipe; see `contentId`. */
  findContent(
    ref: ObjectRef & { contentId: string; recipeHash: string },
  ): Promise<LedgerRow | undefined>;
  /** The last row that was written. */
  newest(): Promise<RowChange | undefined>;
  /** Rows written at or after a moment, oldest first. */
  changesSince(recordedAt: string, limit: number): Promise<RowChange[]>;
  findAll(ids: string[]): Promise<LedgerRow[]>;
  /** How each of these contents stands, in their order, by one query. */
  compare(
    bucket: string,
    contents: { key: string; etag: string }[],
    recipeHash: string,
  ): Promise<ContentState[]>;
  /** Keys whose rows name an output at its place, in the order of their bytes. */
  keysOfOutputs(options: OutputKeysOptions): Promise<string[]>;
  /** False where there was no such row. */
  remove(id: string): Promise<boolean>;
}
