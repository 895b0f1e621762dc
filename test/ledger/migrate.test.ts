import { afterEach, describe, expect, test } from 'vitest';
import { migrate } from '../../src/ledger/migrate.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

let database: TestDatabase;
afterEach(() => database.drop());

/** What the original program runs for each image, copied from its source. */
const originalInsert =
  'INSERT INTO image_metadata (file_name, timestamp) VALUES ($1, CURRENT_TIMESTAMP)';

describe('migrate', () => {
  test('creates the schema in an empty database, and has nothing to do the second time', async () => {
    database = await createDatabase({ migrated: false });
    expect(await migrate(database)).toHaveLength(9);
    expect(await migrate(database)).toEqual([]);
    expect(await database.rows()).toEqual([]);
  });

  test('upgrades a database that the original created and keeps its rows', async () => {
    database = await createDatabase({ migrated: false });
    await database.query(`CREATE TABLE image_metadata (
      id SERIAL PRIMARY KEY,
      file_name VARCHAR(255) NOT NULL,
      timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    )`);
    await database.query(originalInsert, ['grayscale/one.jpg']);
    await database.query(originalInsert, ['grayscale/two.jpg']);
    await database.query(originalInsert, ['grayscale/two.jpg']);
    const before = await database.query('SELECT id, file_name, timestamp FROM image_metadata');

    await migrate(database);

    const after = await database.query('SELECT id, file_name, timestamp FROM image_metadata');
    expect(after.rows.map((row) => ({ ...row, id: Number(row.id) }))).toEqual(before.rows);
    expect((await database.rows())[0]).toMatchObject({ status: 'converted', attempts: 1 });
  });

  const berlin = "(timestamp AT TIME ZONE 'Europe/Berlin')";
  const createOriginal = async () => {
    database = await createDatabase({ migrated: false });
    await database.query(`CREATE TABLE image_metadata (
      id SERIAL PRIMARY KEY, file_name VARCHAR(255) NOT NULL, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP
    )`);
    await database.query(
      `INSERT INTO image_metadata (file_name, timestamp)
       VALUES ('grayscale/summer.jpg', '2026-07-01 12:00'), ('grayscale/winter.jpg', '2026-01-01 12:00')`,
    );
  };
  const readTimes = async () => {
    const { rows } = await database.query(
      `SELECT recorded_at = ${berlin} AS "isBerlin", recorded_at FROM image_metadata ORDER BY id`,
    );
    return rows.map((row) => [row.isBerlin, row.recorded_at.toISOString()]);
  };
  const expected = [
    [true, '2026-07-01T10:00:00.000Z'],
    [true, '2026-01-01T11:00:00.000Z'],
  ];

  test('reads the times of the original in the requested time zone', async () => {
    await createOriginal();
    const seen: unknown[] = [];
    await migrate(database, { timeZone: 'europe/berlin', onOriginalTimes: (x) => seen.push(x) });
    expect(await readTimes()).toEqual(expected);
    expect(seen).toEqual([{ rows: 2, timeZone: 'europe/berlin', isRequested: true }]);
  });

  test('corrects times that were read in another zone, and only those', async () => {
    await createOriginal();
    const seen: unknown[] = [];
    await migrate(database, { onOriginalTimes: (x) => seen.push(x) });
    expect(seen).toEqual([{ rows: 2, timeZone: expect.any(String), isRequested: false }]);
    // The second of the two hours at 02:30, which the zone alone would read as the first or second.
    const exact = '2026-10-25T00:30:00.000Z';
    await database.query(
      `INSERT INTO image_metadata (file_name, timestamp, recorded_at)
       VALUES ('grayscale/new.jpg', '2026-10-25 02:30', $1)`,
      [exact],
    );
    await database.query(
      `INSERT INTO image_metadata (source_key, file_name, status, timestamp, recorded_at)
       VALUES ('own.jpg', 'grayscale/own.jpg', 'converted', '2026-01-01 12:00', '2026-01-01T12:00Z')`,
    );
    await migrate(database, { timeZone: 'Europe/Berlin' });
    const times = (await readTimes()).map(([, time]) => time);
    expect(times).toEqual([...expected.map(([, time]) => time), exact, '2026-01-01T12:00:00.000Z']);
  });

  test.each(['UTC+2', '+02:00', 'Mars', "x'; DROP TABLE x"])(
    'rejects the time zone %s before it changes anything',
    async (timeZone) => {
      await createOriginal();
      await expect(migrate(database, { timeZone })).rejects.toThrow(
        `Expected --time-zone to be a time zone of PostgreSQL such as Europe/Berlin or UTC but received "${timeZone}".`,
      );
      expect(
        (await database.query("SELECT to_regclass('grayscale_migrations') AS table")).rows,
      ).toEqual([{ table: null }]);
    },
  );

  test('leaves the table analyzed and ready for index-only scans', async () => {
    database = await createDatabase({ migrated: false });
    await database.query(
      `CREATE TABLE image_metadata (
        id SERIAL PRIMARY KEY, file_name VARCHAR(255) NOT NULL, timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP
      )`,
    );
    await database.query(
      "INSERT INTO image_metadata (file_name) SELECT 'grayscale/one.jpg' FROM generate_series(1, 5000)",
    );
    await migrate(database);
    const { rows } = await database.query(
      `SELECT reltuples::int AS rows, relallvisible = relpages AS "isVisible"
       FROM pg_class WHERE oid = 'image_metadata'::regclass`,
    );
    expect(rows).toEqual([{ rows: 5_000, isVisible: true }]);
  });

  test('lets the original write and read on the new schema', async () => {
    database = await createDatabase();
    await database.query(originalInsert, ['grayscale/old.jpg']);
    await database.query(originalInsert, ['grayscale/old.jpg']);
    const { rows } = await database.query(
      'SELECT file_name, timestamp FROM image_metadata ORDER BY timestamp DESC',
    );
    expect(rows.map((row) => row.file_name)).toEqual(['grayscale/old.jpg', 'grayscale/old.jpg']);
    expect(rows[0].timestamp).toBeInstanceOf(Date);
  });

  test('is applied once when four run concurrently', async () => {
    database = await createDatabase({ migrated: false });
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(database)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
  });

  test('continues numbering after the largest integer', async () => {
    database = await createDatabase();
    await database.query(
      "SELECT setval(pg_get_serial_sequence('image_metadata', 'id'), 2147483647)",
    );
    await database.query(originalInsert, ['grayscale/next.jpg']);
    expect((await database.rows())[0]).toMatchObject({ id: '2147483648' });
  });

  test.each([
    ['a failure that names an output', "('failed', 'grayscale/x', 'CORRUPT_IMAGE')"],
    ['a conversion without an output', "('converted', NULL, NULL)"],
    ['a failure without a code', "('failed', NULL, NULL)"],
    ['an unknown status', "('lost', NULL, 'X')"],
  ])('refuses %s', async (_, values) => {
    database = await createDatabase();
    const insert = database.query(
      `INSERT INTO image_metadata (status, file_name, code) VALUES ${values}`,
    );
    await expect(insert).rejects.toMatchObject({ code: '23514' });
  });

  test.each(['stage_latency', 'failures_by_code', 'bytes_saved'])(
    'provides the view %s',
    async (view) => {
      database = await createDatabase();
      expect((await database.query(`SELECT * FROM ${view}`)).rows).toEqual([]);
    },
  );
});
