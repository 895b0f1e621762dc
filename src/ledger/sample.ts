import type {
  CodeCount,
  LedgerSample,
  LedgerSampler,
  RowStage,
  SampledRow,
  SampleOptions,
  TimeWindow,
} from '../stats/index.ts';
import { selectFields, stageColumns } from './columns.ts';
import type { Postgres } from './connect.ts';

const inWindow = 'recorded_at >= to_timestamp($1) AND recorded_at < to_timestamp($2)';

const selectSampledRows = `
SELECT
  extract(epoch FROM recorded_at)::float8 * 1000 AS "recordedAtMs",
  ${selectFields(['status', 'code', 'processorVersion', 'inputFormat', 'outputFormat', 'sourceSizeBytes', 'outputSizeBytes'])},
  width::float8 * height / 1e6 AS megapixels,
  ${stageColumns.map(({ name }) => name).join(', ')}
FROM image_metadata`;

// Matches an index. If the planner assumes that the window's rows are spread over the table, it
// would read the table from its start, while the window is mostly at the end.
const newestFirst = 'ORDER BY recorded_at DESC, id DESC';

// Stops counting once a larger number makes no difference.
const countRowsQuery = `
SELECT count(*)::int AS images
FROM (SELECT FROM image_metadata WHERE ${inWindow} ${newestFirst} LIMIT $3) AS counted`;

/**
 * Ids follow the order of recording, except for rows that were recorded again, which keep theirs.
 * So each end of the range is found among a thousand rows, and only first attempts count.
 */
const idRangeQuery = `
WITH
  first AS (SELECT id, attempts FROM image_metadata WHERE ${inWindow} ORDER BY recorded_at, id LIMIT 1000),
  last AS (
    SELECT id, attempts FROM image_metadata WHERE ${inWindow} ${newestFirst} LIMIT 1000
  )
SELECT
  (SELECT coalesce(min(id) FILTER (WHERE attempts = 1), min(id)) FROM first)::float8 AS low,
  (SELECT coalesce(max(id) FILTER (WHERE attempts = 1), max(id)) FROM last)::float8 AS high`;

// The first condition enables the partial index on code.
const countCodesQuery = `
SELECT status, code, count(*)::int AS images
FROM (
  SELECT status, code FROM image_metadata WHERE code IS NOT NULL AND ${inWindow}
  ORDER BY code, recorded_at DESC LIMIT $3
) AS counted
GROUP BY status, code
ORDER BY images DESC, code`;

/** Failures are counted up to this number; beyond it they are estimated like everything else. */
const maxCountedFailures = 200_000;

/**
 * Samples the table `image_metadata`. Up to `maxRows`, it reads all rows by the index on
 * recorded_at. Beyond that, it draws ids uniformly from those of the window and reads them by the
 * primary key; docs/statistics.md describes what this leaves out.
 */
export function createPostgresSampler(postgres: Pick<Postgres, 'query'>): LedgerSampler {
  async function query(text: string, values: unknown[]) {
    return (await postgres.query(text, values)).rows;
  }

  async function readAllRows(bounds: number[], maxRows: number): Promise<LedgerSample> {
    const text = `${selectSampledRows} WHERE ${inWindow} ${newestFirst} LIMIT $3`;
    const rows = (await query(text, [...bounds, maxRows])).map(toSampledRow);
    return { rows, images: rows.length, isWhole: true, failures: countByCode(rows, 1) };
  }

  async function readRandomRows(
    bounds: number[],
    { maxRows, random }: SampleOptions,
  ): Promise<LedgerSample> {
    const [{ low, high }] = await query(idRangeQuery, bounds);
    const ids = drawIds({ low, high, count: maxRows, random });
    const text = `${selectSampledRows} WHERE id = ANY($3::bigint[]) AND ${inWindow}`;
    const rows = (await query(text, [...bounds, ids])).map(toSampledRow);
    const counted: CodeCount[] = await query(countCodesQuery, [...bounds, maxCountedFailures]);
    const images = Math.round((rows.length / ids.length) * (high - low + 1));
    const isCounted = counted.reduce((sum, code) => sum + code.images, 0) < maxCountedFailures;
    const failures = isCounted ? counted : countByCode(rows, images / rows.length);
    return { rows, images, isWhole: false, failures };
  }

  return {
    async sample({ sinceMs, untilMs }: TimeWindow, options) {
      const bounds = [sinceMs / 1_000, untilMs / 1_000];
      const [{ images }] = await query(countRowsQuery, [...bounds, options.maxRows + 1]);
      return images <= options.maxRows
        ? await readAllRows(bounds, options.maxRows)
        : await readRandomRows(bounds, options);
    },
  };
}

type DatabaseRow = Omit<SampledRow, 'stagesMs'> & Record<`${RowStage}_ms`, number | null>;

function toSampledRow({
  queue_ms: queue,
  fetch_ms: fetch,
  decode_ms: decode,
  gray_ms: gray,
  encode_ms: encode,
  store_ms: store,
  verify_ms: verify,
  ...row
}: DatabaseRow): SampledRow {
  return { ...row, stagesMs: { queue, fetch, decode, gray, encode, store, verify } };
}

interface IdDraw {
  low: number;
  high: number;
  count: number;
  random: () => number;
}

/** Draws distinct ids in ascending order, so that the table is read in order. */
function drawIds({ low, high, count, random }: IdDraw): number[] {
  const range = high - low + 1;
  const ids = new Set<number>();
  while (ids.size < Math.min(count, range)) ids.add(low + Math.floor(random() * range));
  return [...ids].sort((a, b) => a - b);
}

function countByCode(rows: SampledRow[], factor: number): CodeCount[] {
  const counts = new Map<string, CodeCount>();
  for (const { status, code } of rows) {
    if (status === 'converted' || code === null) continue;
    const count = counts.get(code) ?? { status, code, images: 0 };
    counts.set(code, { ...count, images: count.images + 1 });
  }
  return [...counts.values()]
    .map((count) => ({ ...count, images: Math.round(count.images * factor) }))
    .sort((a, b) => b.images - a.images || (a.code < b.code ? -1 : 1));
}
