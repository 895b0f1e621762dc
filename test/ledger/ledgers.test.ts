import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPostgresLedger } from '../../src/ledger/record.ts';
import { translateStatementError } from '../../src/ledger/translate-errors.ts';
import { EntryRejectedError, type Ledger, type Outcome } from '../../src/pipeline/index.ts';
import { createMemoryLedger } from '../../testing/memory.ts';
import { convertedOutcome, entriesOf, failedOutcome } from '../../testing/outcomes.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
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
      colourfulness_max: 144,
      colourfulness_p99: 82,
      is_neutral: false,
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

  test('accepts keys and ETags of the maximum length of S3', async () => {
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

  test('accepts concurrent writes in any order, without a deadlock', async () => {
    const outcomes = Array.from({ length: 50 }, (_, i) => convertedOutcome({ key: `k${i}` }));
    const writers = Array.from({ length: 8 }, (_, i) =>
      ledger.record(entriesOf(...(i % 2 ? outcomes : outcomes.toReversed()))),
    );
    await Promise.all(writers);
    const rows = await database.rows();
    expect(rows).toHaveLength(50);
    expect(rows.every((row) => row.attempts === 8)).toBe(true);
  });

  test.each([
    ['a text with NUL', '22P05', [convertedOutcome({ key: 'nul\u0000' })]],
    ['a number that is too large', '22003', [{ ...convertedOutcome(), outputSizeBytes: 2 ** 64 }]],
    ['a row twice', '21000', [convertedOutcome(), convertedOutcome()]],
    ['an unknown status', '23514', [{ ...failedOutcome(), status: 'lost' } as unknown as Outcome]],
    ['a key longer than the index takes', '54000', [convertedOutcome({ key: noise(8_192) })]],
  ])('permanently rejects what PostgreSQL can never store: %s', async (_, code, outcomes) => {
    const record = ledger.record(entriesOf(...outcomes));
    await expect(record).rejects.toBeInstanceOf(EntryRejectedError);
    await expect(record).rejects.toMatchObject({ cause: { code } });
    expect(await database.rows()).toEqual([]);
  });

  test('updates the time of a row that is replaced, and keeps it otherwise', async () => {
    const dates = async () => {
      const [row] = await database.rows();
      return [row?.recorded_at, row?.timestamp] as Date[];
    };
    const longAgo = [new Date('2020-01-01T00:00:00Z'), new Date('2020-01-01T00:00:00')];
    await ledger.record(entriesOf(convertedOutcome()));
    await database.query(
      "UPDATE image_metadata SET recorded_at = '2020-01-01T00:00:00Z', timestamp = '2020-01-01'",
    );
    await ledger.record(entriesOf(failedOutcome()));
    expect(await dates()).toEqual(longAgo);

    await ledger.record(entriesOf(convertedOutcome()));
    const [recordedAt, timestamp] = await dates();
    expect(recordedAt?.getFullYear()).toBeGreaterThan(2020);
    expect(timestamp?.getFullYear()).toBeGreaterThan(2020);
  });
});

describe('a failing PostgreSQL', () => {
  const entries = entriesOf(convertedOutcome());

  /** The ledger on queries of which the first `times` fail, with a count of the calls. */
  function failing(code: string, { times = Infinity, onQuery = () => {} } = {}) {
    let queries = 0;
    const query: TestDatabase['query'] = async () => {
      onQuery();
      const cause = Object.assign(new Error('no'), { code });
      if (++queries <= times) throw translateStatementError(cause, 'localhost');
      return {} as never;
    };
    const ledger = createPostgresLedger({ query }, { processorVersion: '1' });
    return { ledger, queries: () => queries };
  }

  test.each([
    ['a lost connection', '08006'],
    ['a conflict', '40001'],
    ['too many connections', '53300'],
    ['a shutdown', '57P01'],
    ['a failover', '25006'],
    ['no answer from a server', 'ECONNRESET'],
  ])('is queried again after %s', async (_, code) => {
    const { ledger, queries } = failing(code, { times: 1 });
    await ledger.record(entries);
    expect(queries()).toBe(2);
  });

  test.each([
    ['a missing table', '42P01', { name: 'SchemaOutdatedError', cause: { code: '42P01' } }],
    ['a wrong password', '28P01', { name: 'Error', code: '28P01' }],
  ])('is queried once, and no entry is permanently rejected, after %s', async (_, code, error) => {
    const { ledger, queries } = failing(code);
    await expect(ledger.record(entries)).rejects.toMatchObject(error);
    expect(queries()).toBe(1);
  });

  test('is not queried again when the first answer took more than 4 seconds', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    try {
      const onQuery = () => void vi.advanceTimersByTime(4_001);
      const { ledger, queries } = failing('57P01', { onQuery });
      await expect(ledger.record(entries)).rejects.toMatchObject({ cause: { code: '57P01' } });
      expect(queries()).toBe(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

/** Not compressible: with compression, it could fit into the index. */
function noise(length: number): string {
  return Array.from({ length: length / 32 }, (_, i) =>
    createHash('md5').update(String(i)).digest('hex'),
  ).join('');
}
