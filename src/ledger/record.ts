import { setTimeout as sleep } from 'node:timers/promises';
import { describeRecipe, recipeHash } from '../convert/index.ts';
import { type Ledger, type LedgerEntry, Timeout, Unavailable } from '../pipeline/index.ts';
import { type InsertedRow, insertedNames, insertedTypes, insertedUpdates } from './columns.ts';
import type { Postgres } from './connect.ts';
import { SchemaOutdatedError, SignedLoginError } from './errors.ts';
import { translateInsertError } from './translate-errors.ts';

// The entries are one JSON parameter, so a batch of any size is one unnamed statement, which
// connection poolers support.
// Sorted, so that two batches with common rows lock them in the same order and cannot deadlock.
// The last condition keeps the row that holds more information; see `Ledger.record`.
const upsertQuery = `
INSERT INTO image_metadata (${insertedNames})
SELECT ${insertedNames}
FROM json_to_recordset($1::json) AS entry (${insertedTypes})
ORDER BY source_bucket, source_key, coalesce(source_version, source_etag, ''), recipe_hash
ON CONFLICT (source_bucket, source_key, (coalesce(source_version, source_etag, '')), recipe_hash)
DO UPDATE SET ${insertedUpdates},
  attempts = image_metadata.attempts + 1,
  timestamp = CURRENT_TIMESTAMP,
  recorded_at = CURRENT_TIMESTAMP
WHERE excluded.status = 'converted'
  OR image_metadata.status = excluded.status
  OR image_metadata.status = 'skipped'`;

/** Keeps rows whose outputs are at another address: they are the only record of those outputs. */
const removeQuery = `
DELETE FROM image_metadata
USING unnest($1::text[], $2::text[], $3::text[], $4::text[])
  AS gone (source_bucket, source_key, output_bucket, file_name)
WHERE image_metadata.source_bucket = gone.source_bucket
  AND image_metadata.source_key = gone.source_key
  AND (image_metadata.file_name IS NULL
    OR (image_metadata.output_bucket, image_metadata.file_name)
      = (gone.output_bucket, gone.file_name))`;

/**
 * Pauses between attempts. A connection that died in a frozen function fails once and is replaced;
 * a server that restarts is back within seconds. Another conversion of the batch would cost far
 * more.
 */
const pausesMs = [50, 500, 2_000];
/**
 * No new attempt starts after this time. If both a connection and a statement hang, the last
 * attempt ends within 18 seconds; the function keeps 20 to record and answer.
 */
const maxRetryTimeMs = 4_000;

/** The ledger in PostgreSQL's table `image_metadata`. */
export function createPostgresLedger(
  postgres: Pick<Postgres, 'query'>,
  { processorVersion }: { processorVersion: string },
): Ledger {
  return {
    async record(entries) {
      const rows = entries.map((entry) => toInsertedRow(entry, processorVersion));
      await queryWithRetries(postgres, upsertQuery, [JSON.stringify(rows)]);
    },

    async remove(sources) {
      await queryWithRetries(postgres, removeQuery, [
        sources.map(({ source }) => source.bucket),
        sources.map(({ source }) => source.key),
        sources.map(({ output }) => output.bucket),
        sources.map(({ output }) => output.key),
      ]);
    },
  };
}

async function queryWithRetries(
  postgres: Pick<Postgres, 'query'>,
  statement: string,
  values: unknown[],
): Promise<void> {
  const startedAt = performance.now();
  for (const pauseMs of [...pausesMs, undefined]) {
    try {
      await postgres.query(statement, values);
      return;
    } catch (cause) {
      const error = translateInsertError(cause);
      const isLastAttempt =
        pauseMs === undefined || performance.now() - startedAt + pauseMs >= maxRetryTimeMs;
      if (isLastAttempt || !isTransient(error)) throw error;
      await sleep(pauseMs);
    }
  }
}

function toInsertedRow({ outcome, coldStart }: LedgerEntry, processorVersion: string): InsertedRow {
  const { upload, source, recipe, stages } = outcome;
  return {
    status: outcome.status,
    source_bucket: upload.bucket,
    source_key: upload.key,
    source_version: source.versionId,
    source_etag: source.etag,
    source_size_bytes: source.sizeBytes,
    sequencer: upload.sequencer,
    event_time: upload.eventTime,
    method: recipe.method,
    output_format: recipe.format,
    recipe: describeRecipe(recipe),
    recipe_hash: recipeHash(recipe),
    ...Object.fromEntries(Object.entries(stages).map(([stage, ms]) => [`${stage}_ms`, ms])),
    cold_start: coldStart,
    processor_version: processorVersion,
    ...outcomeColumns(outcome),
  };
}

function outcomeColumns(outcome: LedgerEntry['outcome']): InsertedRow {
  if (outcome.status !== 'converted') return { code: outcome.code, message: outcome.message };
  const { output, outputSizeBytes, outputSha256, image } = outcome;
  return {
    file_name: output.key,
    output_bucket: output.bucket,
    output_size_bytes: outputSizeBytes,
    output_sha256: outputSha256,
    input_format: image.source.format,
    width: image.width,
    height: image.height,
    pages: image.source.pages,
    channels: image.channels,
    depth: image.depth,
    losses: image.losses,
    colourfulness_max: image.colourfulness?.max,
    colourfulness_p99: image.colourfulness?.p99,
    is_neutral: image.colourfulness?.isNeutral,
  };
}

/** Whether the next attempt, within seconds, may succeed. */
function isTransient(error: unknown): boolean {
  if (error instanceof SchemaOutdatedError) return false;
  return [Unavailable, Timeout, SignedLoginError].some((kind) => error instanceof kind);
}
