import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../testing/postgres-server.ts';
import { cutStatements, killBackend, terminateBackends } from './attacks/lose-statements.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

let postgres: PostgresServer;
let databaseProxy: TcpProxy;
beforeAll(async () => {
  postgres = await startPostgres();
  const url = new URL(postgres.url);
  databaseProxy = await startTcpProxy(Number(url.port));
  await run(postgres.url, 'CREATE TABLE image_metadata (id int)');
}, 60_000);
afterAll(async () => {
  await databaseProxy.close();
  await postgres.stop();
});

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Connects through the proxy that can be cut. */
function useTable(): Promise<string> {
  const url = new URL(postgres.url);
  url.port = String(databaseProxy.port);
  return run(url.href, 'SELECT * FROM image_metadata').then(
    () => 'done',
    ({ message }: Error) => message,
  );
}

const faults: [string, () => ReturnType<typeof killBackend>, RegExp][] = [
  [
    'terminated',
    () => terminateBackends({ postgres }, { lastsMs: 0 }),
    /^terminating connection due to administrator command$/,
  ],
  [
    'cut',
    () => cutStatements({ postgres, databaseProxy }, { lastsMs: 0 }),
    /ECONNRESET|unexpectedly/,
  ],
  ['killed', () => killBackend({ postgres }), /unexpectedly|terminat/],
];

test.each(faults)(
  'a statement is lost in the middle when its backend is %s',
  async (_, lose, reason) => {
    const losing = lose();
    let answer = 'done';
    // Statements before the lock on the table complete.
    while (answer === 'done') answer = await useTable();
    expect(answer).toMatch(reason);
    expect(Object.values((await losing).counts ?? {})).toEqual([1]);
    await expect.poll(useTable, { timeout: 20_000 }).toBe('done');
  },
  60_000,
);

test('no statement is lost when PostgreSQL is down', async () => {
  await postgres.restart('orderly', async () => {
    expect(Object.values((await killBackend({ postgres })).counts ?? {})).toEqual([0]);
  });
}, 60_000);
