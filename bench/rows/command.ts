// The ledger with millions of rows, on a real PostgreSQL: the time and plan of each query of the list and
// the statistics, and the time to write a batch of rows.
// npm run bench:rows                     ten million rows, which take half an hour and 15 GB of disk
// npm run bench:rows -- --rows 1000000   fewer
// npm run bench:rows -- --stops 1000000  row counts at which batches are written
import { parseArgs } from 'node:util';
import { connectPostgres, type Postgres } from '../../src/ledger/connect.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { startPostgres } from '../../testing/postgres-server.ts';
import { describeMachine } from '../machine.ts';
import { writeResults } from '../write-results.ts';
import { fillTable, relationSizes } from './fill-table.ts';
import { measureInserts } from './measure-inserts.ts';
import { measureLists, measureReports } from './measure-queries.ts';
import { renderRows } from './render-rows.ts';

const { values: flags } = parseArgs({
  options: {
    rows: { type: 'string', default: '10000000' },
    runs: { type: 'string', default: '20' },
    stops: { type: 'string', default: '1000000,5000000' },
    name: { type: 'string' },
  },
});
const total = wholeNumber('--rows', flags.rows);
const runs = wholeNumber('--runs', flags.runs);

/** As an administrator would set them for a database of this size; the planner uses PostgreSQL's defaults. */
const settings = [
  'fsync=on',
  'shared_buffers=2GB',
  'max_wal_size=8GB',
  'checkpoint_timeout=30min',
  'autovacuum=off',
];

const startedAt = new Date().toISOString();
const server = await startPostgres(settings);
const postgres = connectPostgres({ url: server.url, ssl: 'disable', maxConnections: 2 });
try {
  await migrate(postgres);
  const results = {
    startedAt,
    command: ['npm run bench:rows --', ...process.argv.slice(2)].join(' '),
    machine: describeMachine({}),
    settings,
    rows: total,
    ...(await measure(postgres)),
  };
  const name = flags.name ?? `rows-${startedAt.replaceAll(/[:.]/g, '-')}`;
  console.log(renderRows(results));
  await writeResults(name, results);
} finally {
  await postgres.close();
  await server.stop();
}

async function measure(postgres: Postgres) {
  const inserts = [await measureInserts(postgres, { rows: 0, batches: 50 })];
  let rows = 0;
  const stops = flags.stops.split(',').map((text) => wholeNumber('--stops', text));
  for (const to of [...stops.filter((stop) => stop < total), total]) {
    console.error(`Generating rows ${rows + 1} to ${to} ...`);
    await fillTable(postgres, { from: rows + 1, to, total });
    rows = to;
    inserts.push(await measureInserts(postgres, { rows, batches: 50 }));
    console.error(JSON.stringify(inserts.at(-1)));
  }
  await postgres.session((client) => client.query('VACUUM ANALYZE image_metadata'));
  console.error('The list ...');
  const lists = await measureLists(postgres, runs);
  console.error('Statistics ...');
  const reports = await measureReports(postgres, runs);
  return { inserts, sizes: await relationSizes(postgres), lists, reports };
}

function wholeNumber(name: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Error(`Expected a whole number from 1 for ${name} but received "${text}".`);
}
