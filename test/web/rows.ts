import type { TestDatabase } from '../../testing/postgres.ts';

export interface RowsOptions {
  version: string;
  /** Median duration of the conversions. */
  medianMs: number;
  /** Every n-th row is a failure. */
  failEvery: number;
}

/** Rows as if this many images had been converted within the last hour, one after the other. */
export async function addRows(
  { query }: TestDatabase,
  count: number,
  { version, medianMs, failEvery }: RowsOptions,
): Promise<void> {
  await query(
    `INSERT INTO image_metadata (
       file_name, status, code, message, source_bucket, source_key, source_etag, source_size_bytes,
       method, output_format, recipe, recipe_hash, output_size_bytes, input_format,
       width, height, channels, depth, queue_ms, fetch_ms, decode_ms, gray_ms, encode_ms, store_ms,
       verify_ms, processor_version, recorded_at
     )
     SELECT
       CASE WHEN fails THEN NULL ELSE 'grayscale/' || key END,
       CASE WHEN fails THEN 'failed' ELSE 'converted' END,
       CASE WHEN fails THEN 'CORRUPT_IMAGE' END, CASE WHEN fails THEN 'It ends too early.' END,
       'uploads', key, md5(key), 100000 + i * 37 % 900000,
       'rec601', 'png', 'rec601 png', 'rows', 200000 + i * 53 % 900000, 'jpeg',
       400 + i % 90 * 30, 300 + i % 90 * 25, 1, 8,
       wave * 5, wave * 6, wave * $2 * 0.35, wave * $2 * 0.1, wave * $2 * 0.45, wave * $2 * 0.1, 2,
       $3::text, now() - interval '1 hour' * (1 - i / $1::float8)
     FROM (
       SELECT i, i % $4 = 0 AS fails, 0.6 + 0.8 * ((i * 7919 % 1000) / 1000.0) ^ 3 AS wave,
         'bulk/' || $3 || '/' || lpad(i::text, 6, '0') || '.jpg' AS key
       FROM generate_series(1, $1::int) AS i
     ) AS rows`,
    [count, medianMs, version, failEvery],
  );
}
