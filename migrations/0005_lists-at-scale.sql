-- Lists of millions of rows, each page by an index that has its order where that costs an INSERT little:
-- docs/operations.md has what was measured. On ten million rows this takes minutes, during which nothing is written: see there.

-- Sorted by duration. Failures end early and skips at once, so an index of all rows begins with hundreds
-- of thousands of them, which a list of conversions would have to pass by; and one of failures would have
-- to pass by all conversions. Each row is in one of the two indexes: together they cost an INSERT what
-- the one did that they replace. (The version before finds the same rows, but sorts them.)
CREATE INDEX image_metadata_converted_duration ON image_metadata ((
  coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0)
  + coalesce(store_ms, 0) + coalesce(verify_ms, 0)
) DESC, id DESC) WHERE status = 'converted';
CREATE INDEX image_metadata_other_duration ON image_metadata ((
  coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0)
  + coalesce(store_ms, 0) + coalesce(verify_ms, 0)
) DESC, id DESC) WHERE status <> 'converted';
DROP INDEX image_metadata_duration;
-- One code by duration: rows with a code are few, so that it costs little.
CREATE INDEX image_metadata_code_duration ON image_metadata (code, (
  coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0)
  + coalesce(store_ms, 0) + coalesce(verify_ms, 0)
) DESC, id DESC) WHERE code IS NOT NULL;

-- A bucket whose rows are all old: newest first, without reading past all that are newer. Its places are
-- at the ends of the buckets, which an INSERT has at hand.
CREATE INDEX image_metadata_bucket ON image_metadata (source_bucket, recorded_at DESC, id DESC);

-- A prefix names keys and no time: its newest rows are found by reading all of it. That is quick where
-- the index alone answers.
CREATE INDEX image_metadata_prefix ON image_metadata (source_key text_pattern_ops)
INCLUDE (recorded_at, id, status, code);
DROP INDEX image_metadata_key;

-- An index answers alone only for pages that were vacuumed since they were written. By default that
-- comes after a fifth of the table; the planner's knowledge of new releases comes as late.
ALTER TABLE image_metadata SET (
  autovacuum_vacuum_insert_scale_factor = 0.01,
  autovacuum_analyze_scale_factor = 0.01
);
