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
    expect(await migrate(database)).toHaveLength(8);
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
