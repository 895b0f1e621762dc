import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { type FoundFile, isOutput, type ObjectRef } from '../../pipeline/index.ts';

/** Where a file of a row lies, and how to tell that it is still this row's. */
export interface Place {
  ref: ObjectRef;
  versionId?: string;
  /** A key holds one content at a time: a later upload may have taken the place. */
  holds(found: FoundFile): boolean;
}

/** The source or output of a row; undefined where the row names none. */
export function belongsTo(row: LedgerRow, part: 'source' | 'output'): Place | undefined {
  return part === 'source' ? sourceOf(row) : outputOf(row);
}

function sourceOf({ sourceBucket, sourceKey, sourceVersion, sourceEtag }: LedgerRow) {
  if (sourceBucket === null || sourceKey === null) return undefined;
  return {
    ref: { bucket: sourceBucket, key: sourceKey },
    ...(sourceVersion !== null && { versionId: sourceVersion }),
    holds: ({ etag }: FoundFile) => sourceEtag === null || etag === sourceEtag,
  };
}

function outputOf({ outputBucket, outputKey, sourceEtag, recipeHash }: LedgerRow) {
  if (outputBucket === null || outputKey === null) return undefined;
  return {
    ref: { bucket: outputBucket, key: outputKey },
    // What an output says of where it comes from.
    holds: ({ metadata }: FoundFile) =>
      isOutput({ metadata }) &&
      metadata['source-etag'] === sourceEtag &&
      metadata['recipe-hash'] === recipeHash,
  };
}
