import { selectFields, selectRows } from './columns.ts';
import type { Postgres } from './connect.ts';
import type { LedgerReader } from './ledger-reader.ts';
import { listStatement } from './list-rows.ts';
import { keysOfOutputs } from './output-keys.ts';

const selectChanges = `SELECT ${selectFields(['id', 'recordedAt'])} FROM image_metadata`;

/** Creates a reader of the table `image_metadata`, including rows of the original system. */
export function createPostgresReader(postgres: Pick<Postgres, 'query'>): LedgerReader {
  async function queryRows(text: string, values: unknown[] = []) {
    return (await postgres.query(text, values)).rows;
  }

  return {
    list(filter, page) {
      const { text, values } = listStatement(filter, page);
      return queryRows(text, values);
    },

    async find(id) {
      return (await queryRows(`${selectRows} WHERE id = $1`, [id]))[0];
    },

    async findContent({ bucket, key, contentId, recipeHash }) {
      const found = await queryRows(
        `${selectRows}
WHERE source_bucket = $1 AND source_key = $2
  AND coalesce(source_version, source_etag, '') = $3 AND recipe_hash = $4`,
        [bucket, key, contentId, recipeHash],
      );
      return found[0];
    },

    async newestChange() {
      const newestFirst = 'ORDER BY recorded_at DESC, image_metadata.id DESC';
      return (await queryRows(`${selectChanges} ${newestFirst} LIMIT 1`))[0];
    },

    changesSince: (recordedAt, limit) =>
      queryRows(
        `${selectChanges} WHERE recorded_at >= $1::timestamptz ORDER BY recorded_at, image_metadata.id LIMIT $2`,
        [recordedAt, limit],
      ),

    findAll: (ids) =>
      queryRows(
        `${selectRows} WHERE id = ANY($1::bigint[]) ORDER BY recorded_at, image_metadata.id`,
        [ids],
      ),

    contentStates(bucket, contents, recipeHash) {
      const keys = contents.map(({ key }) => key);
      const etags = contents.map(({ etag }) => etag);
      return queryRows(contentStatesQuery, [bucket, keys, etags, recipeHash]);
    },

    keysOfOutputs: (options) => keysOfOutputs(postgres, options),

    async remove(id) {
      const { rowCount } = await postgres.query('DELETE FROM image_metadata WHERE id = $1', [id]);
      return rowCount === 1;
    },
  };
}

/**
 * If one content has several rows (versions with equal bytes), the row with the most information
 * counts. Skips say nothing about the current object, unless it is one of our outputs. A conversion
 * counts until other content or another recipe overwrites its output.
 */
const contentStatesQuery = `
SELECT
  CASE
    WHEN own.status = 'skipped' AND own.code = 'OWN_OUTPUT' THEN 'ownOutput'
    WHEN own.status = 'failed' THEN 'failed'
    WHEN own.status = 'converted' AND NOT EXISTS (
      SELECT FROM image_metadata AS later
      WHERE later.source_bucket = $1 AND later.source_key = listed.key
        AND later.status = 'converted' AND later.recorded_at > own.recorded_at
        AND later.output_bucket = own.output_bucket AND later.file_name = own.file_name
        AND (later.source_etag, later.recipe_hash) IS DISTINCT FROM (listed.etag, $4::text)
    ) THEN 'current'
    WHEN EXISTS (
      SELECT FROM image_metadata AS other
      WHERE other.source_bucket = $1 AND other.source_key = listed.key AND other.status <> 'skipped'
    ) THEN 'stale'
    ELSE 'missing'
  END AS state,
  own.status IS NOT NULL AS "hasRow"
FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS listed (key, etag, place)
LEFT JOIN LATERAL (
  SELECT status, code, recorded_at, output_bucket, file_name
  FROM image_metadata
  WHERE source_bucket = $1 AND source_key = listed.key AND source_etag = listed.etag
    AND recipe_hash = $4
  ORDER BY status, recorded_at DESC
  LIMIT 1
) AS own ON true
ORDER BY place`;
