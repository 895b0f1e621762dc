import type { ServerParts } from '../../app/open-server.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { RequestError } from '../problems/problems.ts';

/** The buckets that a server reads, writes and removes files in. A ledger may have rows of others. */
export interface Reach {
  source: string;
  output: string;
}

type Part = keyof Reach;
type Named = Pick<LedgerRow, 'sourceBucket' | 'outputBucket'>;

export function reachOf({ bucket, config }: Pick<ServerParts, 'bucket' | 'config'>): Reach {
  return { source: bucket, output: config.storage.outputBucket ?? bucket };
}

/** Whether a row's source, and the output where there is one, lie in these buckets. */
export function isWithinReach(row: Named, reach: Reach, part: Part): boolean {
  const { sourceBucket, outputBucket } = row;
  const hasSource = sourceBucket === null || sourceBucket === reach.source;
  if (part === 'source') return hasSource;
  return hasSource && (outputBucket === null || outputBucket === reach.output);
}

/** The row, if what is to be done to it stays within these buckets. Throws `OTHER_BUCKET`. */
export function checkReach(row: LedgerRow, reach: Reach, part: Part): LedgerRow {
  if (isWithinReach(row, reach, part)) return row;
  const names = [...new Set([reach.source, reach.output])].map((name) => `"${name}"`).join(' and ');
  throw new RequestError(
    'OTHER_BUCKET',
    `Expected an image whose files are in ${names}, as S3_BUCKET and OUTPUT_BUCKET say, but those of image ${row.id} are in another bucket. Ask the server of that bucket.`,
  );
}
