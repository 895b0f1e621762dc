import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { type FoundFile, isOutput, type ObjectRef } from '../../pipeline/index.ts';

/** The location of a row's file, and how to verify that the file still belongs to the row. */
export interface Place {
  ref: ObjectRef;
  versionId?: string;
  /** Needed because a later upload may have replaced the content of the key. */
  holds(found: FoundFile): boolean;
}

/** The source or output of a row; undefined if the row has none. */
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
    // The source that an output names in its metadata.
    holds: ({ metadata }: FoundFile) =>
      isOutput({ metadata }) &&
      metadata['source-etag'] === sourceEtag &&
      metadata['recipe-hash'] === recipeHash,
  };
}
