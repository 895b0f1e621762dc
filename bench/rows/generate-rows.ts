import type { Postgres } from '../../src/ledger/connect.ts';

export interface RowRange {
  /** A range of row numbers; the first row is the oldest. */
  from: number;
  to: number;
  /** The total number of rows, over {@link generatedDays} until now. */
  total: number;
}

export const generatedDays = 60;

/** Filter values for queries, by their frequency and age. */
export const generated = {
  /** A hundredth of the rows of the first days. */
  canary: '0.1.1-canary',
  /** A few rows, all of the first days. */
  rareCode: 'CONVERSION_CRASHED',
  oldMethod: 'red',
  oldBucket: 'legacy',
} as const;

/**
 * Rows like those of two months in production: sizes and times are log-normal, one in fifty fails, prefixes
 * have all sizes, later releases are faster, and some codes, methods and buckets occur only in old rows.
 * Batches of five share one timestamp, as one statement writes them.
 */
export async function generateRows(
  postgres: Pick<Postgres, 'session'>,
  { from, to, total }: RowRange,
): Promise<void> {
  const stepRows = 250_000;
  await postgres.session(async (client) => {
    await client.query('SET synchronous_commit = off; SELECT setseed(0.42)');
    for (let first = from; first <= to; first += stepRows) {
      await client.query(insert, [first, Math.min(to, first + stepRows - 1), total, generatedDays]);
    }
    await client.query('RESET synchronous_commit');
  });
}

// Random numbers are drawn in a separate subquery: outside it, each mention would draw again.
const insert = `
INSERT INTO image_metadata (
  file_name, status, code, message, source_bucket, source_key, source_etag, source_size_bytes,
  event_time, method, output_format, recipe, recipe_hash, output_bucket, output_size_bytes, input_format,
  width, height, pages, channels, depth, losses, queue_ms, fetch_ms, decode_ms, gray_ms, encode_ms,
  store_ms, verify_ms, attempts, cold_start, processor_version, timestamp, recorded_at
)
SELECT
  CASE WHEN code IS NULL THEN 'grayscale/' || key || '.png' END,
  CASE WHEN code IS NULL THEN 'converted' WHEN code IN ('SUPERSEDED', 'OWN_OUTPUT') THEN 'skipped' ELSE 'failed' END,
  code, CASE WHEN code IS NOT NULL THEN 'Expected an image but it is not one, or not a whole one.' END,
  bucket, key, md5(i::text), (mp * 4.2e5 * exp(0.3 * n1))::bigint,
  at - interval '1 second', method, format, method || ' ' || format, substr(md5(method || format), 1, 16),
  CASE WHEN code IS NULL THEN bucket END,
  CASE WHEN code IS NULL THEN (mp * 5.5e5 * exp(0.25 * n2))::bigint END, input,
  (1000 * sqrt(mp * 1.5))::int, (1000 * sqrt(mp / 1.5))::int, 1, 1, 8, '{}',
  120 * exp(1.2 * n3),
  CASE WHEN code IS DISTINCT FROM 'SUPERSEDED' THEN 12 * exp(0.5 * n1) + mp END,
  CASE WHEN code IS NULL THEN pace * 9 * mp * exp(0.3 * n2) END,
  CASE WHEN code IS NULL THEN pace * 1.2 * mp * exp(0.25 * n3) END,
  CASE WHEN code IS NULL THEN pace * 7 * mp * exp(0.3 * n4) END,
  CASE WHEN code IS NULL THEN 18 * exp(0.5 * n3) + mp END,
  CASE WHEN code IS NULL THEN 9 * exp(0.4 * n4) END,
  CASE WHEN u3 < 0.01 THEN 2 ELSE 1 END, u4 < 0.01, version, at AT TIME ZONE 'UTC', at
FROM (
  SELECT
    *,
    least(60, 3.5 * exp(0.9 * n5)) AS mp,
    -- A release takes over within its first day.
    CASE
      WHEN day < 5 AND u1 > 0.99 THEN '${generated.canary}'
      ELSE '0.' || (1 + floor(greatest(0, day - u2) / 10))::text || '.0'
    END AS version,
    1.3 - 0.1 * floor(day / 10) AS pace,
    CASE
      WHEN day < 3 AND u5 > 0.9999 THEN '${generated.rareCode}'
      WHEN u5 < 0.009 THEN 'CORRUPT_IMAGE' WHEN u5 < 0.014 THEN 'UNSUPPORTED_FORMAT'
      WHEN u5 < 0.017 THEN 'SUPERSEDED' WHEN u5 < 0.019 THEN 'IMAGE_TOO_LARGE'
      WHEN u5 < 0.0199 THEN 'CONVERSION_TIMEOUT' WHEN u5 < 0.02 THEN 'OWN_OUTPUT'
    END AS code,
    CASE
      WHEN day < 20 AND u6 > 0.997 THEN '${generated.oldMethod}'
      WHEN u6 < 0.9 THEN 'rec601' WHEN u6 < 0.95 THEN 'rec709' WHEN u6 < 0.98 THEN 'luminance'
      WHEN u6 < 0.995 THEN 'lightness' ELSE 'decolor'
    END AS method,
    CASE WHEN u3 < 0.85 THEN 'png' ELSE 'webp' END AS format,
    CASE WHEN u4 < 0.8 THEN 'jpeg' WHEN u4 < 0.92 THEN 'png' WHEN u4 < 0.97 THEN 'webp' ELSE 'heic' END AS input,
    CASE
      WHEN day < 10 AND u7 > 0.995 THEN '${generated.oldBucket}'
      WHEN u7 < 0.9 THEN 'uploads' ELSE 'scans'
    END AS bucket,
    -- A third by day, a third by customer, of whom few have many, and a third by chance.
    CASE
      WHEN u8 < 0.33 THEN 'daily/' || to_char(at AT TIME ZONE 'UTC', 'YYYY/MM/DD/HH24') || '/' || i || '.jpg'
      WHEN u8 < 0.66 THEN 'customers/' || floor(20000 * u9 ^ 4)::text || '/img_' || i || '.jpg'
      ELSE 'photos/' || substr(md5((i * 7)::text), 1, 20) || '.jpg'
    END AS key
  FROM (
    SELECT
      i,
      now() - make_interval(days => $4) * (1 - (i / 5 * 5 / $3::float8)) AS at,
      $4 * (i / $3::float8) AS day,
      random() AS u1, random() AS u2, random() AS u3, random() AS u4, random() AS u5, random() AS u6,
      random() AS u7, random() AS u8, random() AS u9,
      random_normal() AS n1, random_normal() AS n2, random_normal() AS n3, random_normal() AS n4,
      random_normal() AS n5
    FROM generate_series($1::bigint, $2::bigint) AS i
  ) AS drawn
) AS images
ORDER BY i`;
