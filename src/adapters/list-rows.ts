import type { LedgerRow, PageOptions, RowFilter, RowOrder } from '../pipeline/index.ts';
import { duration, selectRows } from './select-rows.ts';

type Query = (text: string, values: unknown[]) => Promise<LedgerRow[]>;

/**
 * A page of the list, by indexes that have its order. PostgreSQL takes it that what a filter lets through
 * lies anywhere; where it lies at the far end, it would read all that comes before. docs/operations.md
 * has the plans.
 */
export async function listRows(
  query: Query,
  filter: RowFilter,
  page: PageOptions,
): Promise<LedgerRow[]> {
  const ask = ({ text, values }: Statement) => query(text, values);
  if (isByDuration(page.order)) return await ask(byDuration(filter, page));
  const { prefix, ...others } = filter;
  if (prefix === undefined || filter.key !== undefined) return await ask(plain(filter, page));
  const near = await ask(nearWithPrefix(prefix, others, page));
  return near.length === page.limit ? near : await ask(allWithPrefix(filter, page));
}

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

const isByDuration = (order: RowOrder) => order === 'slowest' || order === 'fastest';

interface Statement {
  text: string;
  values: unknown[];
}

function plain(filter: RowFilter, page: PageOptions): Statement {
  const { values, where, orderBy, limit } = partsOf(filter, page);
  return { text: `${selectRows}\n${where()}\n${orderBy}\nLIMIT ${limit}`, values };
}

/** Conversions and all others have an index each. */
function byDuration(filter: RowFilter, page: PageOptions): Statement {
  if (filter.status !== undefined || filter.code !== undefined) return plain(filter, page);
  const { values, where, orderBy, direction, limit } = partsOf(filter, page);
  const branch = (status: string) =>
    `(${selectRows}\n${where(status)}\n${orderBy}\nLIMIT ${limit})`;
  const text = `SELECT * FROM (
${branch("status = 'converted'")}
UNION ALL
${branch("status <> 'converted'")}
) AS branches
ORDER BY "durationMs" ${direction}, id::bigint ${direction}
LIMIT ${limit}`;
  return { text, values };
}

/** Rows in which a prefix is looked for before the index of prefixes is asked: a matter of milliseconds. */
const nearRows = 5_000;

/** Of the rows that come next, those with the prefix: a whole page, where it is a frequent one. */
function nearWithPrefix(prefix: string, others: RowFilter, page: PageOptions): Statement {
  const { values, where, orderBy, limit } = partsOf(others, page);
  const near = `SELECT id, recorded_at, source_key FROM image_metadata
${where()}
${orderBy}
LIMIT ${nearRows}`;
  values.push(patternOf(prefix));
  const found = `SELECT id FROM (${near}) AS near
WHERE ${conditions.prefix.replace('?', `$${values.length}`)}
${orderBy.replace('image_metadata.', '')}
LIMIT ${limit}`;
  return { text: `${selectRows}\nWHERE id IN (${found})\n${orderBy}`, values };
}

/** All rows with the prefix, which the index of prefixes tells alone, then sorted. */
function allWithPrefix(filter: RowFilter, page: PageOptions): Statement {
  const { values, where, orderBy, limit } = partsOf(filter, page);
  const text = `WITH found AS MATERIALIZED (SELECT id, recorded_at FROM image_metadata ${where()})
${selectRows}
WHERE id IN (SELECT id FROM found ${orderBy.replace('image_metadata.', '')} LIMIT ${limit})
${orderBy}`;
  return { text, values };
}

function partsOf(filter: RowFilter, { order, limit, after }: PageOptions) {
  const values: unknown[] = [];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const { by, direction, beyond, type } = orders[order];

  const names = Object.keys(conditions) as (keyof RowFilter)[];
  const wheres = names.flatMap((name) => {
    const { prefix } = filter;
    const value = name === 'prefix' && prefix !== undefined ? patternOf(prefix) : filter[name];
    return value === undefined ? [] : [conditions[name].replace('?', () => parameter(value))];
  });
  if (after) {
    const place = `${parameter(after.value)}::${type}, ${parameter(after.id)}::bigint`;
    wheres.push(`(${by}, id) ${beyond} (${place})`);
  }
  return {
    values,
    where: (...more: string[]) => {
      const all = [...wheres, ...more];
      return all.length > 0 ? `WHERE ${all.join(' AND ')}` : '';
    },
    orderBy: `ORDER BY ${by} ${direction}, image_metadata.id ${direction}`,
    direction,
    limit: parameter(limit),
  };
}

export function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
}
