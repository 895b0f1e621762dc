import type { Postgres } from '../src/ledger/connect.ts';

/** A statement as an adapter sent it. */
export interface Statement {
  text: string;
  values: unknown[];
}

/** What one statement did. */
export interface Plan {
  /** Nodes that read the table, with their indexes, and sorts, from the top. */
  nodes: string[];
  usesIndex: boolean;
  /** Read from the table or an index, those included that a filter threw away. */
  rowsRead: number;
  /** All of it. */
  text: string;
}

/** A database that keeps the statements which went through it. */
export function recordStatements(postgres: Pick<Postgres, 'query'>) {
  const statements: Statement[] = [];
  const query: Postgres['query'] = (text, values = []) => {
    statements.push({ text, values });
    return postgres.query(text, values);
  };
  return { query, take: () => statements.splice(0) };
}

/** What is read here of `EXPLAIN (ANALYZE, FORMAT JSON)`. */
interface PlanNode {
  'Node Type': string;
  'Index Name'?: string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  'Rows Removed by Index Recheck'?: number;
  Plans?: PlanNode[];
}

/** Runs the statement once more and tells how it was run. */
export async function explain(
  postgres: Pick<Postgres, 'session'>,
  { text, values }: Statement,
): Promise<Plan> {
  const { rows } = await postgres.session((client) =>
    client.query(`EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${text}`, values),
  );
  const nodes = flatten(rows[0]['QUERY PLAN'][0].Plan);
  const scans = nodes.filter((node) => node['Relation Name'] || node['Index Name']);
  return {
    nodes: [...new Set(nodes.flatMap(nameOf))],
    usesIndex: !nodes.some(({ 'Node Type': type }) => type === 'Seq Scan'),
    rowsRead: scans.reduce((sum, scan) => sum + readBy(scan), 0),
    text: JSON.stringify(rows[0], null, 1),
  };
}

function flatten(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function nameOf(node: PlanNode): string[] {
  const { 'Node Type': type, 'Index Name': index } = node;
  if (index) return [`${type} ${index.replace('image_metadata_', '')}`];
  return /Seq Scan|Heap Scan|Sort/.test(type) ? [type] : [];
}

function readBy(node: PlanNode): number {
  const removed =
    (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return Math.round((node['Actual Rows'] + removed) * node['Actual Loops']);
}
