/** A moment as the rows of the port have it. */
export const iso = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

// An id is selected as text, whose order is another one: ORDER BY names the column with its table.
export const selectRows = `
SELECT
  id::text AS id, status, code, message,
  source_bucket AS "sourceBucket", source_key AS "sourceKey", source_version AS "sourceVersion",
  source_etag AS "sourceEtag", source_size_bytes::float8 AS "sourceSizeBytes",
  input_format AS "inputFormat", pages,
  output_bucket AS "outputBucket", file_name AS "outputKey",
  output_size_bytes::float8 AS "outputSizeBytes", output_sha256 AS "outputSha256",
  width, height, channels, depth, losses,
  recipe, recipe_hash AS "recipeHash", method, output_format AS "outputFormat",
  json_build_object(
    'queue', queue_ms, 'fetch', fetch_ms, 'decode', decode_ms, 'gray', gray_ms,
    'encode', encode_ms, 'store', store_ms, 'verify', verify_ms
  ) AS "stagesMs",
  duration_ms AS "durationMs", attempts, cold_start AS "coldStart",
  processor_version AS "processorVersion",
  ${iso('event_time')} AS "eventTime", ${iso('recorded_at')} AS "recordedAt"
FROM image_metadata`;
