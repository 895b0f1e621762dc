-- Every page of the list by an index, whatever is combined: docs/operations.md has what was measured. The
-- table is written anew: on ten million rows this takes minutes, during which nothing is written or read.

-- Replaced below. First, so that they are not made anew with the table.
DROP INDEX image_metadata_recorded_at, image_metadata_status, image_metadata_code, image_metadata_prefix,
  image_metadata_version, image_metadata_method, image_metadata_bucket,
  image_metadata_converted_duration, image_metadata_other_duration, image_metadata_code_duration;

-- All stages but the wait in the queue. A column, because an index alone answers for columns only.
ALTER TABLE image_metadata ADD COLUMN duration_ms double precision NOT NULL GENERATED ALWAYS AS (
  coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0)
  + coalesce(store_ms, 0) + coalesce(verify_ms, 0)
) STORED;

-- By time and by duration. What else is asked for lies in the index: rows that it lets through are the
-- only ones that are read. Failures end early and skips at once, so they have an index of their own, or a
-- list of the fastest conversions would have to pass by all of them.
CREATE INDEX image_metadata_recorded_at ON image_metadata (recorded_at DESC, id DESC)
INCLUDE (duration_ms, status, code, source_bucket, method, processor_version);
CREATE INDEX image_metadata_converted_duration ON image_metadata (duration_ms DESC, id DESC)
INCLUDE (recorded_at, source_bucket, method, processor_version) WHERE status = 'converted';
CREATE INDEX image_metadata_other_duration ON image_metadata (duration_ms DESC, id DESC)
INCLUDE (recorded_at, status, code, source_bucket, source_key, method, processor_version)
WHERE status <> 'converted';

-- Failures and skips are few among many, so that the keys may lie here as well.
CREATE INDEX image_metadata_status ON image_metadata (status, recorded_at DESC, id DESC)
INCLUDE (code, duration_ms, source_bucket, source_key, method, processor_version)
WHERE status <> 'converted';
CREATE INDEX image_metadata_code ON image_metadata (code, recorded_at DESC, id DESC)
INCLUDE (status, duration_ms, source_bucket, source_key, method, processor_version)
WHERE code IS NOT NULL;
CREATE INDEX image_metadata_code_duration ON image_metadata (code, duration_ms DESC, id DESC)
INCLUDE (status, recorded_at, source_bucket, source_key, method, processor_version)
WHERE code IS NOT NULL;

-- Keys that begin with something, whatever the database's collation: all of them are read and sorted.
CREATE INDEX image_metadata_prefix ON image_metadata (source_key text_pattern_ops)
INCLUDE (recorded_at, id, duration_ms, status, code, source_bucket, method, processor_version);

-- Releases, methods, buckets and statuses make a few groups, in which rows lie in either order: a list of
-- some of them merges these. Rows of the original have none of the first three, hence the empty texts, which are
-- compared where NULL is not. Times and durations are written as no other index has them, or the planner
-- would walk in one of all rows.
CREATE INDEX image_metadata_group_time ON image_metadata (
  (coalesce(processor_version, '')), (coalesce(method, '')), (coalesce(source_bucket, '')), status,
  (recorded_at AT TIME ZONE 'UTC') DESC, id DESC
);
CREATE INDEX image_metadata_group_duration ON image_metadata (
  (coalesce(processor_version, '')), (coalesce(method, '')), (coalesce(source_bucket, '')), status,
  (duration_ms + 0) DESC, id DESC
);
