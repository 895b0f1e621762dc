// What the function's role may do, tested with that role.
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareApplicationRole } from '../../src/ledger/application-role.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

// A name that must be quoted.
const role = `app "${process.pid}"`;
const quoted = `"app ""${process.pid}"""`;
let database: TestDatabase;
let client: Client;

beforeAll(async () => {
  database = await createDatabase();
  await database.query('CREATE TABLE secrets (word text)');
  await database.query(`CREATE ROLE ${quoted} LOGIN`);
  await database.query(`GRANT ALL ON secrets TO ${quoted}`);
  await Promise.all([
    prepareApplicationRole(database, role),
    prepareApplicationRole(database, role),
  ]);
  const { hostname, port, pathname } = new URL(database.url);
  // A member of rds_iam, so that the server requires no password.
  client = new Client({
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    user: role,
  });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await database.query(`DROP OWNED BY ${quoted}`);
  await database.query(`DROP ROLE ${quoted}`);
  await database.drop();
});

describe('the application’s role', () => {
  test.each([
    'INSERT INTO image_metadata (file_name) VALUES ($$a.png$$)',
    'UPDATE image_metadata SET attempts = 2',
    'SELECT * FROM image_metadata',
    'INSERT INTO image_metadata (file_name) SELECT $$b.png$$ ON CONFLICT DO NOTHING RETURNING id',
  ])('may %s', async (statement) => {
    await expect(client.query(statement)).resolves.toMatchObject({ rowCount: expect.any(Number) });
  });

  test.each([
    'DELETE FROM image_metadata',
    'TRUNCATE image_metadata',
    'DROP TABLE image_metadata',
    'ALTER TABLE image_metadata ADD COLUMN more text',
    'CREATE TABLE mine (id integer)',
    'SELECT * FROM secrets',
    'SELECT * FROM grayscale_migrations',
    `ALTER ROLE postgres PASSWORD 'mine'`,
    'CREATE ROLE another',
  ])('may not %s', async (statement) => {
    // insufficient_privilege
    await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  });

  test('may delete rows while outputs follow their sources, and not after that is switched off', async () => {
    const remove = () => client.query('DELETE FROM image_metadata');
    await prepareApplicationRole(database, role, { mayDelete: true });
    await expect(remove()).resolves.toBeDefined();
    await prepareApplicationRole(database, role);
    await expect(remove()).rejects.toMatchObject({ code: '42501' });
  });
});
