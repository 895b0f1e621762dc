-- How far the colours of a source are from neutral, so that colour masters that were gray all along can be
-- found. Without defaults, the columns are added immediately, whatever the table's size. Rows of earlier
-- versions have none.
ALTER TABLE image_metadata
  ADD COLUMN colourfulness_max smallint,
  ADD COLUMN colourfulness_p99 smallint,
  ADD COLUMN is_neutral boolean;
