-- The table of the system that this one replaces, made where it is not there yet. A database that
-- the original created passes through here unchanged.
CREATE TABLE IF NOT EXISTS image_metadata (
  id SERIAL PRIMARY KEY,
  file_name VARCHAR(255) NOT NULL,
  timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP
);
