import { renderTable, type Table } from '../tables.ts';
import type { RelationSize } from './fill-table.ts';
import { batchRows, type InsertResult } from './measure-inserts.ts';
import type { QueryResult } from './measure-queries.ts';

interface RowsResults {
  rows: number;
  inserts: InsertResult[];
  sizes: RelationSize[];
  lists: QueryResult[];
  reports: QueryResult[];
}

/** All measurements as text. */
export function renderRows(results: RowsResults): string {
  const { rows, inserts, sizes, lists, reports } = results;
  const tables: Table[] = [
    {
      title: `Writing a batch of ${batchRows} rows, milliseconds`,
      columns: ['rows in the table', 'batches', 'p50', 'p95', 'max'],
      rows: inserts.map((result) => [count(result.rows), String(result.batches), ...times(result)]),
    },
    {
      title: 'Sizes, MB',
      columns: ['relation', 'MB'],
      rows: sizes.map(({ name, megabytes }) => [name, count(megabytes)]),
    },
    queries(`A page of the list of ${count(rows)} rows, milliseconds`, lists),
    queries('Statistics, milliseconds', reports),
  ];
  return tables.map(renderTable).join('\n');
}

function queries(title: string, results: QueryResult[]): Table {
  return {
    title,
    columns: ['query', 'n', 'p50', 'p95', 'max', 'index', 'rows read', 'plan'],
    rows: results.map((result) => [
      result.name,
      String(result.runs),
      ...times(result),
      result.usesIndex ? 'yes' : 'NO',
      count(result.rowsRead),
      result.nodes.join(' < '),
    ]),
  };
}

function times({ p50Ms, p95Ms, maxMs }: { p50Ms: number; p95Ms: number; maxMs: number }) {
  return [p50Ms, p95Ms, maxMs].map((ms) => ms.toFixed(1));
}

function count(value: number): string {
  return value.toLocaleString('en');
}
