import type {
  LedgerReader,
  LedgerRow,
  PageOptions,
  RowFilter,
  RowOrder,
} from '../pipeline/index.ts';
import type { Postgres } from './postgres.ts';

/** Written as the index of migration 0004 has it, or it would not serve. */
const duration = `(
  coalesce(fetch_ms, 0) + coalesce(decode_ms, 0) + coalesce(gray_ms, 0) + coalesce(encode_ms, 0)
  + coalesce(store_ms, 0) + coalesce(verify_ms, 0)
)`;

const iso = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

// An id is selected as text, whose order is another one: ORDER BY names the column with its table.
const selectRows = `
SELECT
  id::text AS id, status, code, message,
  source_bucket AS "sourceBucket", source_key AS "sourceKey", source_version AS "sourceVersion",
  source_etag AS "sourceEtag", source_size_bytes::float8 AS "sourceSizeBytes",
  input_format AS "inputFormat", pages,
  output_bucket AS "outputBucket", file_name AS "outputKey",
  output_size_bytes::float8 AS "outputSizeBytes", output_sha256 AS "outputSha256", width, height, channels, depth, losses,
  recipe, recipe_hash AS "recipeHash", method, output_format AS "outputFormat",
  json_build_object(
    'queue', queue_ms, 'fetch', fetch_ms, 'decode', decode_ms, 'gray', gray_ms,
    'encode', encode_ms, 'store', store_ms, 'verify', verify_ms
  ) AS "stagesMs",
  ${duration} AS "durationMs", attempts, cold_start AS "coldStart",
  processor_version AS "processorVersion",
  ${iso('event_time')} AS "eventTime", ${iso('recorded_at')} AS "recordedAt"
FROM image_metadata`;

/** How each filter reads; the value is the parameter. */
const conditions = {
  status: 'status = ?',
  code: 'code = ?',
  bucket: 'source_bucket = ?',
  key: 'source_key = ?',
  prefix: "source_key LIKE ? ESCAPE '\\'",
  etag: 'source_etag = ?',
  method: 'method = ?',
  version: 'processor_version = ?',
  since: 'recorded_at >= ?::timestamptz',
  until: 'recorded_at < ?::timestamptz',
} satisfies Record<keyof RowFilter, string>;

const orders = {
  newest: { by: 'recorded_at', direction: 'DESC', beyond: '<', type: 'timestamptz' },
  oldest: { by: 'recorded_at', direction: 'ASC', beyond: '>', type: 'timestamptz' },
  slowest: { by: duration, direction: 'DESC', beyond: '<', type: 'float8' },
  fastest: { by: duration, direction: 'ASC', beyond: '>', type: 'float8' },
} satisfies Record<RowOrder, object>;

/** Reads the table `image_metadata`, also of rows that the original wrote. */
export function createPostgresReader(postgres: Pick<Postgres, 'query'>): LedgerReader {
  async function rowsOf(text: string, values: unknown[]): Promise<LedgerRow[]> {
    return (await postgres.query(text, values)).rows;
  }

  return {
    list(filter, page) {
      const { text, values } = listQuery(filter, page);
      return rowsOf(text, values);
    },

    async find(id) {
      return (await rowsOf(`${selectRows} WHERE id = $1`, [id]))[0];
    },

    async findContent({ bucket, key, contentId, recipeHash }) {
      const found = await rowsOf(
        `${selectRows}
WHERE source_bucket = $1 AND source_key = $2
  AND coalesce(source_version, source_etag, '') = $3 AND recipe_hash = $4`,
        [bucket, key, contentId, recipeHash],
      );
      return found[0];
    },

    async newest() {
      const { rows } = await postgres.query(
        `SELECT id::text AS id, ${iso('recorded_at')} AS "recordedAt" FROM image_metadata
         ORDER BY recorded_at DESC, image_metadata.id DESC LIMIT 1`,
      );
      return rows[0];
    },

    async changesSince(recordedAt, limit) {
      const { rows } = await postgres.query(
        `SELECT id::text AS id, ${iso('recorded_at')} AS "recordedAt" FROM image_metadata
         WHERE recorded_at >= $1::timestamptz ORDER BY recorded_at, image_metadata.id LIMIT $2`,
        [recordedAt, limit],
      );
      return rows;
    },

    findAll: (ids) =>
      rowsOf(`${selectRows} WHERE id = ANY($1::bigint[]) ORDER BY recorded_at, image_metadata.id`, [
        ids,
      ]),

    async missing(bucket, contents, recipeHash) {
      const { rows } = await postgres.query(
        `SELECT place::int AS place
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS listed (key, etag, place)
         WHERE NOT EXISTS (
           SELECT FROM image_metadata
           WHERE source_bucket = $1 AND source_key = listed.key AND source_etag = listed.etag
             AND recipe_hash = $4
         )
         ORDER BY place`,
        [bucket, contents.map(({ key }) => key), contents.map(({ etag }) => etag), recipeHash],
      );
      return rows.map(({ place }) => place - 1);
    },

    async compare(bucket, contents, recipeHash) {
      const { rows } = await postgres.query(compareQuery, [
        bucket,
        contents.map(({ key }) => key),
        contents.map(({ etag }) => etag),
        recipeHash,
      ]);
      return rows.map(({ state }) => state);
    },

    async keysOfOutputs({ bucket, prefix, output, recordedBefore, after = '', limit }) {
      const { rows } = await postgres.query(keysQuery, [
        bucket,
        patternOf(prefix),
        output.bucket,
        output.prefix,
        recordedBefore,
        after,
        limit,
      ]);
      return rows.map(({ key }) => key);
    },

    async remove(id) {
      const { rowCount } = await postgres.query('DELETE FROM image_metadata WHERE id = $1', [id]);
      return rowCount === 1;
    },
  };
}

/**
 * Of several rows of one content (versions of equal bytes) the one that tells most counts. Skips say
 * nothing of an object that is there now, unless it is an output of ours. A conversion counts while no
 * other content and no other recipe was written over its output afterwards.
 */
const compareQuery = `
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
  END AS state
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

/**
 * In the order of their bytes, as S3 lists keys, whatever the database's collation: these operators
 * are those of the index on keys (migration 0004).
 */
const keysQuery = `
SELECT DISTINCT source_key AS key
FROM image_metadata
WHERE source_bucket = $1 AND source_key LIKE $2 ESCAPE '\\' AND source_key ~>~ $6
  AND status = 'converted' AND output_bucket = $3 AND file_name = $4 || source_key
  AND recorded_at < $5::timestamptz
ORDER BY source_key USING ~<~
LIMIT $7`;

function listQuery(filter: RowFilter, { order, limit, after }: PageOptions) {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const { by, direction, beyond, type } = orders[order];

  const names = Object.keys(conditions) as (keyof RowFilter)[];
  const wheres = names.flatMap((name) => {
    const value = name === 'prefix' ? patternOf(filter.prefix) : filter[name];
    return value === undefined ? [] : [conditions[name].replace('?', () => parameter(value))];
  });
  if (after) {
    const place = `${parameter(after.value)}::${type}, ${parameter(after.id)}::bigint`;
    wheres.push(`(${by}, id) ${beyond} (${place})`);
  }
  const where = wheres.length > 0 ? `WHERE ${wheres.join(' AND ')}` : '';
  const text = `${selectRows}
${where}
ORDER BY ${by} ${direction}, image_metadata.id ${direction}
LIMIT ${parameter(limit)}`;
  return { text, values };
}

function patternOf(prefix: string | undefined): string | undefined {
  return prefix === undefined ? undefined : `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
}
