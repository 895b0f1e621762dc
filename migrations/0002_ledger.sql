-- One row a content and recipe. The original's own INSERT (file_name, timestamp) and its SELECT go
-- on working, and rows that it wrote stay as they are: conversions of which nothing more is known.

-- Millions of uploads a day outgrow an integer, and keys of 1,024 bytes outgrow VARCHAR(255).
ALTER TABLE image_metadata ALTER COLUMN id TYPE bigint;
DO $$
DECLARE
  id_sequence text := pg_get_serial_sequence('image_metadata', 'id');
BEGIN
  IF id_sequence IS NOT NULL THEN
    EXECUTE format('ALTER SEQUENCE %s AS bigint', id_sequence);
  END IF;
END $$;

ALTER TABLE image_metadata
  ALTER COLUMN file_name TYPE text,
  -- A row never points at an output that is not there: failures and skips have none.
  ALTER COLUMN file_name DROP NOT NULL,

  ADD COLUMN status text NOT NULL DEFAULT 'converted',
  ADD COLUMN code text,
  ADD COLUMN message text,

  ADD COLUMN source_bucket text,
  ADD COLUMN source_key text,
  ADD COLUMN source_version text,
  ADD COLUMN source_etag text,
  ADD COLUMN source_size_bytes bigint,
  ADD COLUMN sequencer text,
  ADD COLUMN event_time timestamptz,

  ADD COLUMN method text,
  ADD COLUMN output_format text,
  ADD COLUMN recipe text,
  ADD COLUMN recipe_hash text,

  ADD COLUMN output_bucket text,
  ADD COLUMN output_size_bytes bigint,
  ADD COLUMN input_format text,
  ADD COLUMN width integer,
  ADD COLUMN height integer,
  ADD COLUMN pages integer,
  ADD COLUMN channels smallint,
  ADD COLUMN depth smallint,
  ADD COLUMN losses text[],

  -- The eighth stage, recording, ends after the row is written: it is in the logs and metrics.
  ADD COLUMN queue_ms double precision,
  ADD COLUMN fetch_ms double precision,
  ADD COLUMN decode_ms double precision,
  ADD COLUMN gray_ms double precision,
  ADD COLUMN encode_ms double precision,
  ADD COLUMN store_ms double precision,
  ADD COLUMN verify_ms double precision,

  ADD COLUMN attempts integer NOT NULL DEFAULT 1,
  ADD COLUMN cold_start boolean,
  ADD COLUMN processor_version text,
  -- `timestamp` has no zone and stays for the original's readers; this one is exact.
  ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP,

  ADD CONSTRAINT image_metadata_status CHECK (status IN ('converted', 'failed', 'skipped')),
  ADD CONSTRAINT image_metadata_outcome CHECK (
    CASE status
      WHEN 'converted' THEN file_name IS NOT NULL AND code IS NULL
      ELSE file_name IS NULL AND code IS NOT NULL
    END
  );

-- The original wrote the server's local time: run this with the time zone that the server had.
UPDATE image_metadata SET recorded_at = timestamp WHERE timestamp IS NOT NULL;

-- The original's rows have no source, and NULLs are distinct: only rows of this system collide.
CREATE UNIQUE INDEX image_metadata_content ON image_metadata (
  source_bucket, source_key, (coalesce(source_version, source_etag, '')), recipe_hash
);
-- The original's readers look images up by the name of the output.
CREATE INDEX image_metadata_file_name ON image_metadata (file_name) WHERE file_name IS NOT NULL;
CREATE INDEX image_metadata_recorded_at ON image_metadata (recorded_at DESC, id DESC);
CREATE INDEX image_metadata_code ON image_metadata (code, recorded_at DESC) WHERE code IS NOT NULL;
