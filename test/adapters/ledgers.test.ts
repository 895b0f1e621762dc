import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryLedger } from '../../src/adapters/memory.ts';
import { connectPostgres } from '../../src/adapters/postgres.ts';
import { createPostgresLedger } from '../../src/adapters/postgres-ledger.ts';
import { EntryRejectedError, type Ledger } from '../../src/pipeline/index.ts';
import { convertedOutcome, entriesOf, failedOutcome } from '../support/outcomes.ts';
import { createDatabase, type TestDatabase } from '../support/postgres.ts';
import { describeLedger } from './ledger.contract.ts';

describeLedger('memory', async () => {
  const ledger = createMemoryLedger();
  return {
    ledger,
    rows: async () =>
      ledger.rows().map(({ outcome, attempts }) => ({
        key: outcome.upload.key,
        status: outcome.status,
        code: outcome.status === 'converted' ? null : outcome.code,
        fileName: outcome.status === 'converted' ? outcome.output.key : null,
        attempts,
      })),
  };
});

describe('PostgreSQL', () => {
  let database: TestDatabase;
  let ledger: Ledger;
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterAll(() => database.drop());
  beforeEach(() => {
    ledger = createPostgresLedger(database, { processorVersion: '1.2.3' });
    return database.query('TRUNCATE image_metadata RESTART IDENTITY');
  });

  describeLedger('a real PostgreSQL', async () => {
    await database.query('TRUNCATE image_metadata RESTART IDENTITY');
    return {
      ledger,
      rows: async () =>
        (await database.rows())
          .sort((a, b) => (String(a.source_key) < String(b.source_key) ? -1 : 1))
          .map((row) => ({
            key: String(row.source_key),
            status: String(row.status),
            code: row.code as string | null,
            fileName: row.file_name as string | null,
            attempts: Number(row.attempts),
          })),
    };
  });

  test('fills every column of a conversion', async () => {
    const outcome = convertedOutcome({
      key: 'full.jpg',
      etag: 'e9',
      versionId: 'v9',
      sequencer: '00A1',
      eventTime: new Date('2026-01-02T03:04:05.678Z'),
    });
    await ledger.record([{ outcome, coldStart: true }]);
    const [row] = await database.rows();
    expect(row).toMatchObject({
      file_name: 'grayscale/full.jpg',
      status: 'converted',
      source_bucket: 'uploads',
      source_key: 'full.jpg',
      source_version: 'v9',
      source_etag: 'e9',
      source_size_bytes: '1000',
      sequencer: '00A1',
      event_time: new Date('2026-01-02T03:04:05.678Z'),
      method: 'rec601',
      output_format: 'png',
      output_bucket: 'uploads',
      output_size_bytes: '500',
      input_format: 'jpeg',
      width: 40,
      height: 30,
      pages: 1,
      channels: 1,
      depth: 8,
      losses: [],
      queue_ms: 1,
      fetch_ms: 2,
      decode_ms: 3.5,
      gray_ms: 4,
      encode_ms: 5,
      store_ms: 6,
      verify_ms: 7,
      attempts: 1,
      cold_start: true,
      processor_version: '1.2.3',
    });
    const filled = Object.entries(row ?? {}).filter(([, value]) => value !== null);
    expect(Object.keys(row ?? {}).length - filled.length).toBe(2); // code and message
  });

  test('takes keys and ETags as long as S3 has them', async () => {
    // Not compressible: the index would hide what does not fit it.
    const noise = (length: number) =>
      Array.from({ length: length / 32 }, (_, i) =>
        createHash('md5').update(String(i)).digest('hex'),
      ).join('');
    const upload = { key: noise(1_024), versionId: noise(1_024), bucket: noise(64).slice(1) };
    await ledger.record(entriesOf(convertedOutcome(upload)));
    expect((await database.rows())[0]).toMatchObject({ source_key: upload.key });
  });

  test('records a batch with one statement', async () => {
    const statements: string[] = [];
    const counting = createPostgresLedger(
      {
        query(text, values) {
          statements.push(text);
          return database.query(text, values);
        },
      },
      { processorVersion: '1.2.3' },
    );
    const outcomes = Array.from({ length: 200 }, (_, i) => convertedOutcome({ key: `k${i}` }));
    await counting.record(entriesOf(...outcomes));
    expect(statements).toHaveLength(1);
    expect(await database.rows()).toHaveLength(200);
  });

  test('is written to by many at once, in any order, without a deadlock', async () => {
    const outcomes = Array.from({ length: 50 }, (_, i) => convertedOutcome({ key: `k${i}` }));
    const writers = Array.from({ length: 8 }, (_, i) =>
      ledger.record(entriesOf(...(i % 2 ? outcomes : outcomes.toReversed()))),
    );
    await Promise.all(writers);
    const rows = await database.rows();
    expect(rows).toHaveLength(50);
    expect(rows.every((row) => row.attempts === 8)).toBe(true);
  });

  test('rejects for good what PostgreSQL can never take', async () => {
    const record = ledger.record(entriesOf(convertedOutcome({ key: 'nul\u0000' })));
    await expect(record).rejects.toBeInstanceOf(EntryRejectedError);
    expect(await database.rows()).toEqual([]);
  });

  test('passes by a connection that the server ended', async () => {
    await ledger.record(entriesOf(failedOutcome()));
    await database.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()',
    );
    await ledger.record(entriesOf(convertedOutcome()));
    expect(await database.rows()).toMatchObject([{ status: 'converted' }]);
  });

  test('gives up within seconds where no server is, and says so', async () => {
    const nowhere = connectPostgres({
      host: '127.0.0.1',
      port: 1,
      ssl: 'prefer',
      maxConnections: 1,
    });
    const record = createPostgresLedger(nowhere, { processorVersion: '1' }).record(
      entriesOf(convertedOutcome()),
    );
    await expect(record).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      message: expect.stringContaining('127.0.0.1:1'),
    });
    await nowhere.close();
  });

  test.each(['prefer', 'disable'] as const)(
    'connects with DB_SSL=%s to a server without TLS',
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
});
