-- What was stored, so that `grayscale verify --deep` can tell that an output is still that. Rows of
-- earlier versions have none. Without a default, the column is added at once, whatever the table's size.
ALTER TABLE image_metadata ADD COLUMN output_sha256 text;
