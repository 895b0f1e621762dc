import type { Postgres } from '../../src/ledger/connect.ts';
import { createPostgresReader } from '../../src/ledger/read.ts';
import { createPostgresSampler } from '../../src/ledger/sample.ts';
import { makeReport } from '../../src/server/reports/make-report.ts';
import { createRandom, percentile, sortedSample } from '../../src/stats/samples/index.ts';
import { explain, type Plan, recordStatements, type Statement } from '../../testing/explain.ts';
import { generatedDays } from './generate-rows.ts';
import { type Draw, type ListCase, listCases } from './list-cases.ts';
import { type ReportCase, reportCases } from './report-cases.ts';

export interface QueryResult extends Omit<Plan, 'text'> {
  name: string;
  runs: number;
  p50Ms: number;
  p95Ms: number;
  maxMs: number;
}

/** A case that takes longer is repeated less often. */
const maxCaseMs = 3_000;
const pageRows = 51;

export async function measureLists(postgres: Postgres, runs: number): Promise<QueryResult[]> {
  const draw = await createDraw(postgres);
  const results: QueryResult[] = [];
  for (const listCase of listCases) {
    const query = (recorded: Pick<Postgres, 'query'>) =>
      createPostgresReader(recorded).list(listCase.filter(draw), {
        order: listCase.order,
        limit: pageRows,
        after: listCase.isDeep ? somePosition(listCase, draw) : undefined,
      });
    results.push(await measure({ name: titleOf(listCase), postgres, runs, query }));
  }
  return results;
}

const prices = { memoryMb: 1_769, usdPerGbSecond: 1e-5, usdPerMillionRequests: 0.2, asOf: '2026' };

/** Reports from the rows to the document, as `grayscale stats` and the API create them. */
export async function measureReports(postgres: Postgres, runs: number): Promise<QueryResult[]> {
  const results: QueryResult[] = [];
  for (const { name, request } of reportCases) {
    const query = (recorded: Pick<Postgres, 'query'>) =>
      makeReport(request(Date.now()), { sampler: createPostgresSampler(recorded), prices });
    results.push(await measure({ name, postgres, runs, query }));
  }
  return results;
}

export type { ReportCase };

interface Measuring {
  name: string;
  postgres: Postgres;
  runs: number;
  query: (recorded: Pick<Postgres, 'query'>) => Promise<unknown>;
}

/** The plan is that of the slowest run. */
async function measure({ name, postgres, runs, query }: Measuring): Promise<QueryResult> {
  const recorded = recordStatements(postgres);
  const times: number[] = [];
  let slowest: { ms: number; statements: Statement[] } = { ms: -1, statements: [] };
  const until = performance.now() + maxCaseMs;
  for (let run = -1; run < runs && (run < 1 || performance.now() < until); run++) {
    const startedAt = performance.now();
    // The adapter times out after six seconds; such runs count.
    await query(recorded).catch((error: Error) => console.error(`${name}: ${error.message}`));
    const ms = performance.now() - startedAt;
    const statements = recorded.take();
    // The first run reads from the disk what the others find in memory.
    if (run < 0) continue;
    times.push(ms);
    if (ms > slowest.ms) slowest = { ms, statements };
  }
  const plans: Plan[] = [];
  for (const statement of slowest.statements) plans.push(await explain(postgres, statement));
  const sample = sortedSample(times);
  return {
    name,
    runs: times.length,
    p50Ms: percentile(sample, 0.5),
    p95Ms: percentile(sample, 0.95),
    maxMs: percentile(sample, 1),
    nodes: [...new Set(plans.flatMap(({ nodes }) => nodes))],
    usesIndex: plans.every(({ usesIndex }) => usesIndex),
    rowsRead: plans.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
  };
}

function titleOf({ name, order, isDeep }: ListCase): string {
  return `${name}; ${order}${isDeep ? ', deep' : ''}`;
}

async function createDraw(postgres: Pick<Postgres, 'query'>): Promise<Draw> {
  const random = createRandom(7);
  const { rows } = await postgres.query(
    `SELECT source_key AS key, source_etag AS etag FROM image_metadata
     WHERE id IN (SELECT floor(1 + random() * (SELECT max(id) FROM image_metadata))::bigint
                  FROM generate_series(1, 200))`,
  );
  const one = () => rows[Math.floor(random() * rows.length)] ?? { key: '', etag: '' };
  return {
    random,
    daysAgo: (days) => new Date(Date.now() - days * 86_400_000).toISOString(),
    someKey: () => one().key,
    someEtag: () => one().etag,
  };
}

/** A random position in the list: a time within the generated days, or a typical duration. */
function somePosition({ order }: ListCase, { random, daysAgo }: Draw) {
  const isByTime = order === 'newest' || order === 'oldest';
  const value = isByTime ? daysAgo(generatedDays * random()) : 20 + 600 * random() ** 2;
  return { value, id: '1' };
}
