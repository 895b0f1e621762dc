-- What the HTTP API asks, on tables of any size. docs/adr/0013 weighs each against what it costs an
-- INSERT.

-- Pages sorted by duration: all stages but the wait in the queue.
CREATE INDEX image_metadata_duration ON image_metadata ((
  coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0)
  + coalesce(store_ms, 0) + coalesce(verify_ms, 0)
) DESC, id DESC);
-- Failures and skips are few among many: newest first, without reading past the conversions.
CREATE INDEX image_metadata_status ON image_metadata (status, recorded_at DESC, id DESC)
WHERE status <> 'converted';
-- Rows of one release, and of one method, which may all be old: statistics compare releases.
CREATE INDEX image_metadata_version ON image_metadata (processor_version, recorded_at DESC, id DESC);
CREATE INDEX image_metadata_method ON image_metadata (method, recorded_at DESC, id DESC);
-- Keys that begin with something, whatever the database's collation.
CREATE INDEX image_metadata_key ON image_metadata (source_key text_pattern_ops);

-- Wakes whoever shows outcomes as they happen. It says nothing of them: they are read from the
-- table. Equal notifications of one transaction are delivered once.
CREATE FUNCTION image_metadata_notify() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('image_metadata', '');
  RETURN NULL;
END $$;
CREATE TRIGGER image_metadata_changed AFTER INSERT OR UPDATE ON image_metadata
FOR EACH STATEMENT EXECUTE FUNCTION image_metadata_notify();
