// Connections that break, that never get an answer, and that are kept.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { connectPostgres, type Postgres } from '../../src/ledger/connect.ts';
import { createPostgresLedger } from '../../src/ledger/record.ts';
import { convertedOutcome, entriesOf } from '../../testing/outcomes.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

const createLedger = (postgres: Postgres) =>
  createPostgresLedger(postgres, { processorVersion: '1' });
const entries = entriesOf(convertedOutcome());

describe('one connection', () => {
  const applicationName = 'one-connection';
  let postgres: Postgres;
  beforeEach(async () => {
    await database.query('TRUNCATE image_metadata');
    const url = new URL(database.url);
    url.searchParams.set('application_name', applicationName);
    postgres = connectPostgres({ url: url.href, ssl: 'disable', maxConnections: 1 });
  });
  afterEach(() => postgres.close());

  async function backends(condition = 'true') {
    const { rows } = await database.query(
      `SELECT pid FROM pg_stat_activity WHERE application_name = $1 AND ${condition}`,
      [applicationName],
    );
    return rows.map(({ pid }) => Number(pid));
  }

  async function killBackends(): Promise<void> {
    const pids = await backends();
    expect(pids).toHaveLength(1);
    await database.query('SELECT pg_terminate_backend(pid, 5000) FROM unnest($1::int[]) AS pid', [
      pids,
    ]);
  }

  /**
   * Starts a statement on the connection while the table is locked, and returns once it is waiting.
   */
  async function whileBlocked(begin: () => Promise<void>, work: () => Promise<void>) {
    await database.session(async (blocker) => {
      await blocker.query('BEGIN; LOCK TABLE image_metadata');
      const statement = begin();
      while ((await backends("wait_event_type = 'Lock'")).length === 0) await setImmediate();
      await work();
      await blocker.query('COMMIT');
      await statement;
    });
  }

  test('is kept from one statement to the next, and shared', async () => {
    const pid = () => postgres.query('SELECT pg_backend_pid() AS pid').then(({ rows }) => rows[0]);
    const first = await pid();
    expect(await Promise.all([pid(), pid(), pid()])).toEqual([first, first, first]);
  });

  test('is replaced when the server ended it while it was idle', async () => {
    await createLedger(postgres).record(entries);
    await killBackends();
    // Time for the driver to notice.
    for (let i = 0; i < 20; i++) await database.query('SELECT 1');
    await createLedger(postgres).record(entries);
    expect(await database.rows()).toMatchObject([{ attempts: 2 }]);
  });

  test('is replaced when the server ended it and the driver did not notice', async () => {
    await createLedger(postgres).record(entries);
    const terminated = postgres.query('SELECT pg_terminate_backend(pg_backend_pid())');
    await Promise.allSettled([terminated, createLedger(postgres).record(entries)]);
    expect(await database.rows()).toMatchObject([{ attempts: 2 }]);
  });

  test('is replaced when the server ended it during a statement', async () => {
    await createLedger(postgres).record(entries);
    await whileBlocked(() => createLedger(postgres).record(entries), killBackends);
    expect(await database.rows()).toMatchObject([{ attempts: 2 }]);
  });

  test('is never used again after its work failed', async () => {
    const failing = postgres.session(async (client) => {
      await client.query('BEGIN');
      throw new Error('in the middle');
    });
    await expect(failing).rejects.toThrow('in the middle');
    await createLedger(postgres).record(entries);
    // In the transaction that was left open, no other connection would see the row.
    expect(await database.rows()).toHaveLength(1);
  });

  test('gives up a statement that is not answered for 6 seconds', async () => {
    await postgres.query('SELECT 1');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const settled = vi.fn();
    const statement = postgres.query('SELECT pg_sleep(20)').finally(settled);
    const failure = expect(statement).rejects.toMatchObject({
      code: 'DATABASE_TOO_SLOW',
      message: expect.stringMatching(/ within 6 s but it did not\. Request a shorter time/),
    });
    while ((await backends("wait_event = 'PgSleep'")).length === 0) await setImmediate();
    await vi.advanceTimersByTimeAsync(5_900);
    expect(settled).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(200);
    await failure;
  });
});

afterEach(() => void vi.useRealTimers());

test.each(['disable', 'prefer'] as const)(
  'a server that accepts and never answers is given up within 12 seconds, DB_SSL=%s',
  async (ssl) => {
    const mute = await listening(createServer(), 0);
    const { port } = mute.address() as AddressInfo;
    const postgres = connectPostgres({ host: '127.0.0.1', port, ssl, maxConnections: 1 });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

    const record = createLedger(postgres).record(entries);
    const failure = expect(record).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
    await once(mute, 'connection');
    await vi.advanceTimersByTimeAsync(12_000);
    await failure;
    await postgres.close();
    mute.close();
  },
  5_000,
);

test('a port without a server is given up within seconds, and named', async () => {
  const nowhere = connectPostgres({ host: '127.0.0.1', port: 1, ssl: 'prefer', maxConnections: 1 });
  await expect(createLedger(nowhere).record(entries)).rejects.toMatchObject({
    code: 'DATABASE_UNREACHABLE',
    message: expect.stringContaining('127.0.0.1:1'),
  });
  await nowhere.close();
});

test.each(['prefer', 'disable'] as const)(
  'a server that starts later is then found, DB_SSL=%s',
  async (ssl) => {
    const server = new URL(database.url);
    const proxy = createServer((socket) => {
      const upstream = connect(Number(server.port), server.hostname);
      socket.pipe(upstream).pipe(socket);
    });
    const { port } = (await listening(proxy, 0)).address() as AddressInfo;
    proxy.close();
    await once(proxy, 'close');
    const url = Object.assign(new URL(server), { port });
    const postgres = connectPostgres({ url: url.href, ssl, maxConnections: 1 });
    await expect(postgres.query('SELECT 1')).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
    });

    await listening(proxy, port);
    expect((await postgres.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await postgres.close();
    proxy.close();
  },
);

test.each(['prefer', 'disable'] as const)(
  'DB_SSL=%s connects to a server without TLS',
  async (ssl) => {
    const { hostname: host, port, username: user, password, pathname } = new URL(database.url);
    const postgres = connectPostgres({
      host,
      port: Number(port),
      user,
      password,
      database: pathname.slice(1),
      ssl,
      maxConnections: 1,
    });
    expect((await postgres.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
    await postgres.close();
  },
);

test.each([
  ['53100', /^The disk of the database is full/],
  ['53300', /^The database accepts no more connections/],
  ['25006', /^The database is read-only/],
  ['42P01', /^Migrations are missing/],
])('a failure with SQLSTATE %s says how to fix it', async (state, advice) => {
  const failing = database.query(`DO $$ BEGIN RAISE 'x' USING ERRCODE = '${state}'; END $$`);
  await expect(failing).rejects.toMatchObject({ advice: expect.stringMatching(advice) });
});

test('a connection that exceeds its maximum age is replaced, but not during its work', async () => {
  const aging = connectPostgres({
    url: database.url,
    ssl: 'disable',
    maxConnections: 1,
    maxAgeSeconds: 1,
  });
  const backend = async () => (await aging.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid;
  const first = await backend();
  expect(await backend()).toBe(first);
  await aging.query('SELECT pg_sleep(1.5)');
  expect(await backend()).not.toBe(first);
  await aging.close();
});

async function listening(server: Server, port: number): Promise<Server> {
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}
