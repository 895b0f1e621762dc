import type { ServerParts } from '../../app/open-server.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { RequestError } from '../problems/problems.ts';
import type { FilePart } from './locate-file.ts';

/**
 * The buckets in which the server reads, writes and deletes files. A ledger may contain rows of
 * other buckets.
 */
export type ServedBuckets = Record<FilePart, string>;

export function servedBucketsOf({
  bucket,
  config,
}: Pick<ServerParts, 'bucket' | 'config'>): ServedBuckets {
  return { source: bucket, output: config.storage.outputBucket ?? bucket };
}

/** Whether a row's source, and its output if there is one, are in these buckets. */
export function isInServedBuckets(row: LedgerRow, buckets: ServedBuckets, part: FilePart): boolean {
  const { sourceBucket, outputBucket } = row;
  const isSourceServed = sourceBucket === null || sourceBucket === buckets.source;
  if (part === 'source') return isSourceServed;
  return isSourceServed && (outputBucket === null || outputBucket === buckets.output);
}

/** Returns the row. Throws `OTHER_BUCKET` if one of its files is in another bucket. */
export function requireServedBuckets(
  row: LedgerRow,
  buckets: ServedBuckets,
  part: FilePart,
): LedgerRow {
  if (isInServedBuckets(row, buckets, part)) return row;
  const names = [...new Set([buckets.source, buckets.output])]
    .map((name) => `"${name}"`)
    .join(' and ');
  throw new RequestError(
    'OTHER_BUCKET',
    `Expected an image whose files are in ${names} (S3_BUCKET, OUTPUT_BUCKET) but the files of image ${row.id} are in another bucket. Send the request to the server of that bucket.`,
  );
}
