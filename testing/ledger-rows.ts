import type { Postgres } from '../src/ledger/connect.ts';

interface GeneratedRows {
  count: number;
  /** Rows are recorded from this moment on, equally spaced. */
  since?: string;
  hours?: number;
  version?: string;
  /** Time to decode a megapixel; all other times are derived from it. */
  decodeMs?: number;
  /** The median size. */
  megapixels?: number;
  /** Every n-th row is a failure. */
  failEvery?: number;
  /** Distinguishes the keys of one call from those of another. */
  prefix?: string;
}

/** Rows as conversions write them, with varied sizes and times that are the same in each run. */
export async function insertRows(
  postgres: Pick<Postgres, 'query'>,
  {
    count,
    since = '2026-01-01T00:00:00Z',
    hours = 24,
    version = '0.1.0',
    decodeMs = 8,
    megapixels = 2,
    failEvery = 1e9,
    prefix = version,
  }: GeneratedRows,
): Promise<void> {
  await postgres.query(
    `INSERT INTO image_metadata (
       file_name, status, code, message, source_bucket, source_key, source_etag, source_size_bytes,
       method, output_format, recipe, recipe_hash, output_bucket, output_size_bytes, input_format,
       width, height, pages, channels, depth, queue_ms, fetch_ms, decode_ms, gray_ms, encode_ms, store_ms,
       verify_ms, cold_start, processor_version, recorded_at
     )
     SELECT
       CASE WHEN fails THEN NULL ELSE 'grayscale/' || key END,
       CASE WHEN fails THEN 'failed' ELSE 'converted' END,
       CASE WHEN fails THEN 'CORRUPT_IMAGE' END, CASE WHEN fails THEN 'It ends early.' END,
       'uploads', key, md5(key), mp * 4e5, 'rec601', 'png', 'rec601 png', 'hash', 'uploads', mp * 6e5,
       CASE WHEN i % 4 = 0 THEN 'png' ELSE 'jpeg' END,
       (1000 * sqrt(mp))::int, (1000 * sqrt(mp))::int, 1, 1, 8,
       50 * noise, 5 + mp, $5 * mp * noise, mp * noise, 6 * mp * noise, 8 + noise, 3,
       i % 100 = 0, $4, $2::timestamptz + (i - 1) * make_interval(secs => $3 * 3600.0 / $1::bigint)
     FROM (
       SELECT
         i, $8 || '/' || i || '.jpg' AS key, i % $7 = 0 AS fails,
         $6 * exp((i * 7919 % 1000) / 500.0 - 1) AS mp,
         exp((i * 104729 % 997) / 997.0 - 0.5) AS noise
       FROM generate_series(1, $1::bigint) AS i
     ) AS images`,
    [count, since, hours, version, decodeMs, megapixels, failEvery, prefix],
  );
}
