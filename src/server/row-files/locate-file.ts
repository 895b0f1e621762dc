import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { type FoundObject, isOutput, type ObjectRef } from '../../pipeline/index.ts';

/** One of the two files of a row. */
export type FilePart = 'source' | 'output';

/** The location of a row's file, and how to verify that the file still belongs to the row. */
export interface FileLocation {
  ref: ObjectRef;
  versionId?: string;
  /** Needed because a later upload may have replaced the content of the key. */
  isCurrent(found: FoundObject): boolean;
}

/** The source or output of a row; undefined if the row has none. */
export function locateFile(row: LedgerRow, part: FilePart): FileLocation | undefined {
  return part === 'source' ? locateSource(row) : locateOutput(row);
}

function locateSource({ sourceBucket, sourceKey, sourceVersion, sourceEtag }: LedgerRow) {
  if (sourceBucket === null || sourceKey === null) return undefined;
  return {
    ref: { bucket: sourceBucket, key: sourceKey },
    ...(sourceVersion !== null && { versionId: sourceVersion }),
    isCurrent: ({ etag }: FoundObject) => sourceEtag === null || etag === sourceEtag,
  };
}

function locateOutput({ outputBucket, outputKey, sourceEtag, recipeHash }: LedgerRow) {
  if (outputBucket === null || outputKey === null) return undefined;
  return {
    ref: { bucket: outputBucket, key: outputKey },
    // An output names its source in its metadata.
    isCurrent: ({ metadata }: FoundObject) =>
      isOutput({ metadata }) &&
      metadata['source-etag'] === sourceEtag &&
      metadata['recipe-hash'] === recipeHash,
  };
}
