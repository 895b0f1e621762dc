-- What an operator asks most. Percentiles are percentile_cont: interpolated between neighbours.

CREATE VIEW stage_latency AS
SELECT
  processor_version, input_format, output_format, date_trunc('day', recorded_at) AS day, stage,
  count(*) AS images,
  percentile_cont(0.50) WITHIN GROUP (ORDER BY ms) AS p50_ms,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS p95_ms,
  percentile_cont(0.99) WITHIN GROUP (ORDER BY ms) AS p99_ms
FROM image_metadata
CROSS JOIN LATERAL (
  VALUES
    ('queue', queue_ms), ('fetch', fetch_ms), ('decode', decode_ms), ('gray', gray_ms),
    ('encode', encode_ms), ('store', store_ms), ('verify', verify_ms)
) AS stages (stage, ms)
WHERE status = 'converted' AND ms IS NOT NULL
GROUP BY processor_version, input_format, output_format, day, stage;

CREATE VIEW failures_by_code AS
SELECT
  code, count(*) AS images, min(recorded_at) AS first_at, max(recorded_at) AS last_at,
  (array_agg(source_key ORDER BY recorded_at DESC))[1] AS latest_key
FROM image_metadata
-- The second condition lets the partial index on code serve.
WHERE status = 'failed' AND code IS NOT NULL
GROUP BY code;

CREATE VIEW bytes_saved AS
SELECT
  date_trunc('day', recorded_at) AS day, input_format, output_format,
  count(*) AS images,
  sum(source_size_bytes) AS source_bytes,
  sum(output_size_bytes) AS output_bytes,
  sum(source_size_bytes) - sum(output_size_bytes) AS saved_bytes
FROM image_metadata
WHERE status = 'converted' AND output_size_bytes IS NOT NULL
GROUP BY day, input_format, output_format;
