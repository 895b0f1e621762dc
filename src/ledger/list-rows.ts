import type { LedgerRow, PageOptions, RowFilter } from './ledger-reader.ts';
import { and, isByDuration, type PageParts, partsOf, type Statement } from './page-statement.ts';

type Query = (text: string, values: unknown[]) => Promise<LedgerRow[]>;

/**
 * A page of the list, by indexes. The planner takes it that what a filter lets through lies anywhere in
 * an order; where it lies at the far end, all that comes before would be read. So it is told here which
 * way to go. docs/operations.md has the ways and what they cost.
 */
export async function listRows(
  query: Query,
  filter: RowFilter,
  page: PageOptions,
): Promise<LedgerRow[]> {
  const ask = ({ text, values }: Statement) => query(text, values);
  const { status, code, key, prefix, bucket, method, version, since, until } = filter;
  if (key !== undefined) return await ask(gather(filter, page));

  const isOfGroups = bucket !== undefined || method !== undefined || version !== undefined;
  const isOfTime = since !== undefined || until !== undefined;
  const isInOrder = prefix === undefined && !(isOfTime && isByDuration(page.order));
  if (isInOrder && isOfGroups && code === undefined) return await ask(mergeGroups(filter, page));
  // Of failures and skips, the few that there are, the indexes hold all that may be asked for.
  const isOfOthers = code !== undefined || (status !== undefined && status !== 'converted');
  if (isInOrder || isOfOthers) return await ask(walk(filter, page));

  const near = await ask(lookNear(filter, page));
  if (near.length === page.limit) return near;
  return await ask(
    prefix === undefined && isOfGroups ? gatherGroups(filter, page) : gather(filter, page),
  );
}

/** In the order's index, past rows that the filter does not let through. */
function walk(filter: RowFilter, page: PageOptions): Statement {
  const parts = partsOf(page);
  const where = parts.where(filter);
  return parts.rowsOf(
    parts.ofStatuses(filter, (status) => parts.nextOf('id', [...where, ...status], parts.limit)),
  );
}

/**
 * Rows that are looked through before all that a prefix or a time has are gathered: some milliseconds.
 * Keys are read from the table, where those of one time lie together; all else is in the index.
 */
const nearRows = { keysByTime: 5_000, keysByDuration: 1_000, withoutKeys: 50_000 };

/** Of the rows that come next, those that the filter lets through: a whole page, where they are many. */
function lookNear(filter: RowFilter, page: PageOptions): Statement {
  const parts = partsOf(page);
  const { since, until, prefix, status, ...others } = filter;
  const byDuration = isByDuration(page.order);
  const columns = ['id, source_bucket, method, processor_version'];
  // By duration, conversions have an index of their own, which does not say that they are.
  columns.push(byDuration ? 'recorded_at' : 'duration_ms, status');
  if (prefix !== undefined) columns.push('source_key');
  const keys = byDuration ? nearRows.keysByDuration : nearRows.keysByTime;
  const limit = String(prefix === undefined ? nearRows.withoutKeys : keys);
  // A time is a stretch of the order itself, where that is by time.
  const stretch = parts.where(byDuration ? {} : { since, until });
  const near = parts.ofStatuses(filter, (status) =>
    parts.nextOf(columns.join(', '), [...stretch, ...status], limit),
  );
  const found = parts.where({ ...others, since, until, prefix, ...(!byDuration && { status }) });
  return parts.rowsOf(`SELECT * FROM (SELECT * FROM (${near}) AS statuses ${parts.orderBy} LIMIT ${limit}) AS near
${and(found)}`);
}

/** All that the filter lets through, which an index of keys or of time tells alone, then sorted. */
function gather(filter: RowFilter, page: PageOptions): Statement {
  const parts = partsOf(page);
  const { prefix, ...others } = filter;
  const wheres = parts.where(others);
  // Operators that the index of prefixes has alone: others have the key too, but not all else.
  if (prefix !== undefined) {
    const end = endOf(prefix);
    wheres.push(`source_key ~>=~ ${parts.value(prefix)}`);
    if (end !== undefined) wheres.push(`source_key ~<~ ${parts.value(end)}`);
  }
  return parts.rowsOf(`SELECT id, ${parts.unindexed} FROM image_metadata ${and(wheres)}`);
}

/** As the indexes of groups have them. */
const groupColumns = {
  version: "coalesce(processor_version, '')",
  method: "coalesce(method, '')",
  bucket: "coalesce(source_bucket, '')",
  status: 'status',
};

/** The same order, as these indexes alone have it: the planner would walk in one of all rows. */
const asInGroups = (sql: string) =>
  sql
    .replaceAll('recorded_at', "(recorded_at AT TIME ZONE 'UTC')")
    .replaceAll(/\$\d+::timestamptz/g, (moment) => `(${moment} AT TIME ZONE 'UTC')`)
    .replaceAll('duration_ms', '(duration_ms + 0)');

/** A page of each group of a release, a method, a bucket and a status, merged. */
function mergeGroups(filter: RowFilter, page: PageOptions): Statement {
  return ofGroups(filter, page, ({ orderBy, limit }) => `${asInGroups(orderBy)} LIMIT ${limit}`);
}

/** All that such groups have of a time, sorted by duration. */
function gatherGroups(filter: RowFilter, page: PageOptions): Statement {
  // OFFSET keeps the groups apart: joined with them, the whole table would be read.
  return ofGroups(filter, page, () => 'OFFSET 0');
}

function ofGroups(
  { version, method, bucket, status, ...others }: RowFilter,
  page: PageOptions,
  part: (parts: PageParts) => string,
): Statement {
  const parts = partsOf(page);
  const names = Object.keys(groupColumns) as (keyof typeof groupColumns)[];
  const named = names.map((name) => `${groupColumns[name]} AS ${name}`).join(', ');
  // Versions are what grows in number: where one is asked for, the others are not stepped through.
  const within = version === undefined ? [] : [`${groupColumns.version} = ${parts.value(version)}`];
  const steps = version === undefined ? names : names.filter((name) => name !== 'version');
  const columns = steps.map((name) => groupColumns[name]).join(', ');
  const firstOf = (wheres: string[]) =>
    `SELECT ${named} FROM image_metadata ${and(wheres)} ORDER BY ${columns} LIMIT 1`;
  const beyond = `(${columns}) > (${steps.map((name) => `groups.${name}`).join(', ')})`;
  // From each group to the next one by the index: as many steps as there are groups.
  const groups = `groups AS (
(${firstOf(within)})
UNION ALL
SELECT next.* FROM groups CROSS JOIN LATERAL (${firstOf([...within, beyond])}) AS next
)`;
  const asked = Object.entries({ method, bucket, status }).flatMap(([name, text]) =>
    text === undefined ? [] : [`groups.${name} = ${parts.value(text)}`],
  );
  const inGroup = names.map((name) => `${groupColumns[name]} = groups.${name}`);
  const wheres = [...inGroup, ...parts.where(others).map(asInGroups)];
  return parts.rowsOf(
    `SELECT page.* FROM groups CROSS JOIN LATERAL (
SELECT id, ${parts.by} FROM image_metadata ${and(wheres)} ${part(parts)}
) AS page ${and(asked)}`,
    groups,
  );
}

/** The first text, by code points as by bytes of UTF-8, after all that begin with the prefix, if any. */
function endOf(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  while (points.at(-1) === 0x10ffff) points.pop();
  const last = points.pop();
  if (last === undefined) return undefined;
  // Half pairs are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1);
}
