import type { PageOptions, RowFilter, RowOrder } from './ledger-reader.ts';
import { selectRows } from './select-rows.ts';

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

// The same value, by which no index begins: the planner must not walk there.
const time = {
  by: 'recorded_at',
  unindexed: "recorded_at + interval '0' AS recorded_at",
  type: 'timestamptz',
};
const duration = { by: 'duration_ms', unindexed: 'duration_ms + 0 AS duration_ms', type: 'float8' };

const orders = {
  newest: { ...time, direction: 'DESC', beyond: '<' },
  oldest: { ...time, direction: 'ASC', beyond: '>' },
  slowest: { ...duration, direction: 'DESC', beyond: '<' },
  fastest: { ...duration, direction: 'ASC', beyond: '>' },
} satisfies Record<RowOrder, object>;

export const isByDuration = (order: RowOrder) => orders[order].by === duration.by;

export interface Statement {
  text: string;
  values: unknown[];
}

export type PageParts = ReturnType<typeof partsOf>;

/** What the statements for one page have in common. */
export function partsOf({ order, limit, after }: PageOptions) {
  const values: unknown[] = [];
  const value = (it: unknown) => `$${values.push(it)}`;
  const { by, unindexed, direction, beyond, type } = orders[order];
  const orderBy = `ORDER BY ${by} ${direction}, id ${direction}`;
  const limitValue = value(limit);
  const cursor = after && `(${value(after.value)}::${type}, ${value(after.id)}::bigint)`;

  return {
    value,
    by,
    orderBy,
    unindexed,
    limit: limitValue,
    /** The filter's conditions, and that of the cursor. */
    where(filter: RowFilter): string[] {
      const names = Object.keys(conditions) as (keyof RowFilter)[];
      const wheres = names.flatMap((name) => {
        const text = filter[name];
        if (text === undefined) return [];
        const given = value(name === 'prefix' ? patternOf(text) : text);
        return [conditions[name].replace('?', () => given)];
      });
      return cursor ? [...wheres, `(${by}, id) ${beyond} ${cursor}`] : wheres;
    },
    /** The rows that come next, with these columns and that of the order. */
    nextOf: (columns: string, wheres: string[], most: string) =>
      `(SELECT ${columns}, ${by} FROM image_metadata ${and(wheres)} ${orderBy} LIMIT ${most})`,
    /** Conversions and all others have an index each by duration. */
    ofStatuses({ status, code }: RowFilter, branch: (wheres: string[]) => string): string {
      if (!isByDuration(order)) return branch([]);
      if (status === 'converted') return branch(["status = 'converted'"]);
      if (status !== undefined || code !== undefined) return branch(["status <> 'converted'"]);
      return `${branch(["status = 'converted'"])} UNION ALL ${branch(["status <> 'converted'"])}`;
    },
    /** A page of the rows that a query found, of which it knows id and order. */
    rowsOf: (found: string, before?: string): Statement => ({
      text: `${before ? `WITH RECURSIVE ${before}\n` : ''}${selectRows}
WHERE id IN (SELECT id FROM (${found}) AS found ${orderBy} LIMIT ${limitValue})
ORDER BY image_metadata.${by} ${direction}, image_metadata.id ${direction}`,
      values,
    }),
  };
}

export function and(wheres: string[]): string {
  return wheres.length > 0 ? `WHERE ${wheres.join('\nAND ')}` : '';
}

export function patternOf(prefix: string): string {
  return `${prefix.replace(/[\\%_]/g, '\\$&')}%`;
}
