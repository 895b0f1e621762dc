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
  /** Rows read from the table or an index, including those that a filter discarded. */
  rowsRead: number;
  /** The complete plan. */
  text: string;
}

/** A database that records the statements sent through it. */
export function recordStatements(postgres: Pick<Postgres, 'query'>) {
  const statements: Statement[] = [];
  const query: Postgres['query'] = (text, values = []) => {
    statements.push({ text, values });
    return postgres.query(text, values);
  };
  return { query, take: () => statements.splice(0) };
}

/** The parts of `EXPLAIN (ANALYZE, FORMAT JSON)` used here. */
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

/** Runs the statement once more and returns its plan. */
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
