import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { connectPostgres } from '../../src/ledger/connect.ts';
import { listenToLedger, type Notifications } from '../../src/ledger/notify.ts';
import { createPostgresLedger } from '../../src/ledger/record.ts';
import { convertedOutcome, entriesOf } from '../../testing/outcomes.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

let database: TestDatabase;
let listening: Notifications;
let wakes = 0;
const patience = { timeout: 10_000 };
beforeAll(async () => {
  database = await createDatabase();
  const own = connectPostgres({ url: database.url, ssl: 'disable', maxConnections: 1 });
  listening = listenToLedger(own, () => {
    wakes++;
  });
  // After it has started to listen: rows may have been written before.
  await vi.waitUntil(() => wakes === 1, patience);
});
afterAll(async () => {
  await listening.close();
  await database.drop();
});
beforeEach(() => {
  wakes = 0;
});

test('wakes once for a batch of any size', async () => {
  const ledger = createPostgresLedger(database, { processorVersion: 'test' });
  const outcomes = Array.from({ length: 100 }, (_, i) => convertedOutcome({ key: `${i}` }));
  await ledger.record(entriesOf(...outcomes));
  await expect.poll(() => wakes, patience).toBe(1);
  await ledger.record(entriesOf(...outcomes));
  await expect.poll(() => wakes, patience).toBe(2);
});

test('wakes for rows that the original writes', async () => {
  await database.query("INSERT INTO image_metadata (file_name) VALUES ('old.jpg')");
  await expect.poll(() => wakes, patience).toBe(1);
});

test('listens again after its connection ended, and reads what was written meanwhile', async () => {
  const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE query LIKE 'LISTEN%' AND datname = current_database()`;
  expect((await database.query(end)).rowCount).toBe(1);
  await expect.poll(() => wakes, patience).toBe(1);
  await database.query("INSERT INTO image_metadata (file_name) VALUES ('after.jpg')");
  await expect.poll(() => wakes, patience).toBe(2);
});

test('stops immediately, even while nothing answers', async () => {
  const unreachable = connectPostgres({
    url: 'postgresql://user@127.0.0.1:1/none',
    ssl: 'disable',
    maxConnections: 1,
  });
  const startedAt = performance.now();
  await listenToLedger(unreachable, () => {}).close();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
