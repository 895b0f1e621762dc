-- Indexes of the questions that people ask, and no others: each one costs every INSERT. ADR 21 has what was
-- measured, and docs/operations.md which questions are fast. On ten million rows this takes minutes, during
-- which nothing is written or read. The release before works on the result, but slowly for what it used
-- these indexes for.
DROP INDEX image_metadata_content, image_metadata_file_name, image_metadata_recorded_at,
  image_metadata_status, image_metadata_code, image_metadata_prefix,
  image_metadata_converted_duration, image_metadata_other_duration, image_metadata_code_duration,
  image_metadata_group_time, image_metadata_group_duration;

-- One row a content and recipe, as before; and, with the key first, one key, and keys in the order of their
-- bytes, whatever the database's collation.
CREATE UNIQUE INDEX image_metadata_content ON image_metadata (
  source_key text_pattern_ops, source_bucket, (coalesce(source_version, source_etag, '')), recipe_hash
);
-- The newest rows, and those of a time range.
CREATE INDEX image_metadata_recorded_at ON image_metadata (recorded_at DESC, id DESC);
-- Failures, skips and single codes, newest first. They are few among many. Statistics count codes by
-- status, from the index alone.
CREATE INDEX image_metadata_status ON image_metadata (status, recorded_at DESC, id DESC)
WHERE status <> 'converted';
CREATE INDEX image_metadata_code ON image_metadata (code, recorded_at DESC, id DESC)
INCLUDE (status) WHERE code IS NOT NULL;
-- Keys with a prefix, newest first: read day by day, by this index alone.
CREATE INDEX image_metadata_day ON image_metadata (
  ((recorded_at AT TIME ZONE 'UTC')::date), source_key text_pattern_ops
) INCLUDE (recorded_at, id);
