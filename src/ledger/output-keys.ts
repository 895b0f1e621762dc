import type { Postgres } from './connect.ts';
import type { OutputKeysOptions } from './ledger-reader.ts';
import { likePrefix } from './list-rows.ts';

/**
 * Orders keys by bytes, as S3 lists them, for any collation of the database: these operators are
 * those of the index on keys (migration 0008). The planner assumes that a comparison of two columns
 * is almost never true, and would sort all keys to find a page; COALESCE hides the comparison.
 */
const outputKeysQuery = `
SELECT DISTINCT source_key AS key
FROM image_metadata
WHERE source_bucket = $1 AND source_key LIKE $2 AND source_key ~>~ $6
  AND status = 'converted' AND output_bucket = $3 AND coalesce(file_name = $4 || source_key, false)
  AND recorded_at < $5::timestamptz
ORDER BY source_key USING ~<~
LIMIT $7`;

/** Returns a page of the keys whose rows name an output at that address. */
export async function keysOfOutputs(
  postgres: Pick<Postgres, 'query'>,
  { bucket, prefix, output, recordedBefore, after = '', limit }: OutputKeysOptions,
): Promise<string[]> {
  const { rows } = await postgres.query(outputKeysQuery, [
    bucket,
    likePrefix(prefix),
    output.bucket,
    output.prefix,
    recordedBefore,
    after,
    limit,
  ]);
  return rows.map(({ key }) => key);
}
