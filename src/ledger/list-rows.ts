import { selectRows } from './columns.ts';
import type { PageOptions, RowFilter, RowOrder } from './ledger-reader.ts';

export interface Statement {
  text: string;
  values: unknown[];
}

/**
 * Builds the query for one page of the list. docs/operations.md says which filters are fast on a
 * table of any size.
 */
export function listStatement(filter: RowFilter, { order, limit, after }: PageOptions): Statement {
  const { status, code, bucket, key, etag, method, version, since, until } = filter;
  const { prefix, contains, neutral } = filter;
  const pattern = prefix === undefined ? undefined : likePrefix(prefix);
  const isByTime = order === 'newest' || order === 'oldest';
  // Keys, codes, failures and skips match few rows and have their own indexes.
  const isSelective = Boolean(key ?? code ?? (status !== 'converted' && status));
  return {
    text: pattern !== undefined && isByTime && !isSelective ? pagesByDay[order] : pages[order],
    values: [
      ...[status, code, bucket, key, etag, method, version, since, until, pattern],
      ...[after?.value, after?.id, limit],
      ...[contains && likeInside(contains), neutral],
    ],
  };
}

// An unnamed statement is planned with its values, so a NULL parameter adds no condition.
const filters = `($1::text IS NULL OR status = $1)
  AND ($2::text IS NULL OR code = $2)
  AND ($3::text IS NULL OR source_bucket = $3)
  AND ($4::text IS NULL OR source_key = $4)
  AND ($5::text IS NULL OR source_etag = $5)
  AND ($6::text IS NULL OR method = $6)
  AND ($7::text IS NULL OR processor_version = $7)
  AND ($8::timestamptz IS NULL OR recorded_at >= $8)
  AND ($9::timestamptz IS NULL OR recorded_at < $9)
  AND ($10::text IS NULL OR source_key LIKE $10)
  AND ($14::text IS NULL OR source_key ILIKE $14)
  AND ($15::boolean IS NULL OR is_neutral = $15)`;

const afterTime = (sign: string) =>
  `($11::timestamptz IS NULL OR (recorded_at, image_metadata.id) ${sign} ($11, $12::bigint))`;
const afterDuration = (sign: string) =>
  `($11::float8 IS NULL OR (duration_ms, image_metadata.id) ${sign} ($11, $12::bigint))`;

const buildPage = (after: string, orderBy: string) => `${selectRows}
WHERE ${filters}
  AND ${after}
ORDER BY ${orderBy}
LIMIT $13`;

const pages = {
  newest: buildPage(afterTime('<'), 'recorded_at DESC, image_metadata.id DESC'),
  oldest: buildPage(afterTime('>'), 'recorded_at, image_metadata.id'),
  slowest: buildPage(afterDuration('<'), 'duration_ms DESC, image_metadata.id DESC'),
  fastest: buildPage(afterDuration('>'), 'duration_ms, image_metadata.id'),
} satisfies Record<RowOrder, string>;

const utcDay = (moment: string) => `(${moment} AT TIME ZONE 'UTC')::date`;

/**
 * Rows of a prefix may all be old, or number millions, so this must not read all newer rows or the
 * whole prefix. It reads one day at a time, by the index on day and key, until the page is full.
 */
const buildPageByDay = ({
  days,
  after,
  direction,
}: {
  days: string;
  after: string;
  direction: string;
}) => `
${selectRows}
WHERE id IN (
  SELECT entry.id
  FROM (SELECT day::date FROM generate_series(${days}) AS day ORDER BY day ${direction}) AS days
  CROSS JOIN LATERAL (
    SELECT recorded_at, image_metadata.id
    FROM image_metadata
    WHERE ${utcDay('recorded_at')} = days.day
      AND ${filters}
      AND ${after}
    OFFSET 0
  ) AS entry
  ORDER BY days.day ${direction}, entry.recorded_at ${direction}, entry.id ${direction}
  LIMIT $13
)
ORDER BY recorded_at ${direction}, image_metadata.id ${direction}`;

const midnight = (moment: string) => `date_trunc('day', ${moment} AT TIME ZONE 'UTC')`;
const firstRecordedAt = '(SELECT min(recorded_at) FROM image_metadata)';
const lastRecordedAt = '(SELECT max(recorded_at) FROM image_metadata)';

const pagesByDay = {
  newest: buildPageByDay({
    days: `${midnight(`least($9, $11, ${lastRecordedAt})`)}, ${midnight(`greatest($8, ${firstRecordedAt})`)}, '-1 day'`,
    after: afterTime('<'),
    direction: 'DESC',
  }),
  oldest: buildPageByDay({
    days: `${midnight(`greatest($8, $11, ${firstRecordedAt})`)}, ${midnight(`least($9, ${lastRecordedAt})`)}, '1 day'`,
    after: afterTime('>'),
    direction: 'ASC',
  }),
};

/** Returns a LIKE pattern for all texts with this prefix. */
export function likePrefix(prefix: string): string {
  return `${escapeLike(prefix)}%`;
}

function likeInside(part: string): string {
  return `%${escapeLike(part)}%`;
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
