// Logins signed by IAM, to the real PostgreSQL behind the checks that Amazon RDS adds.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openPostgres } from '../../src/app/open-postgres.ts';
import { readConfig } from '../../src/config/index.ts';
import { prepareApplicationRole } from '../../src/ledger/application-role.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { type Rds, startRds } from '../../testing/rds.ts';

const role = `app_${process.pid}`;
const trusted = getCACertificates();
let rds: Rds;
let database: TestDatabase;

beforeAll(async () => {
  [rds, database] = await Promise.all([startRds(), createDatabase()]);
  await prepareApplicationRole(database, role);
  setDefaultCACertificates([...trusted, rds.certificate]);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  rds.close();
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
});
beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  vi.stubEnv('AWS_SESSION_TOKEN', 'a session/of+some=role');
  rds.tokens.length = 0;
});
afterEach(() => vi.unstubAllEnvs());

function environment(changes: Record<string, string | undefined> = {}) {
  return {
    DB_AUTH: 'iam',
    DB_HOST: 'localhost',
    DB_PORT: String(rds.port),
    DB_NAME: new URL(database.url).pathname.slice(1),
    DB_USER: role,
    AWS_REGION: 'eu-central-1',
    ...changes,
  };
}

const connect = (changes?: Record<string, string | undefined>) =>
  openPostgres(readConfig(environment(changes)));

describe('DB_AUTH=iam', () => {
  test('logs in with a token signed for this database and role', async () => {
    const postgres = await connect();
    const { rows } = await postgres.query('SELECT current_user AS me');
    await postgres.close();
    expect(rows).toEqual([{ me: role }]);
    expect(rds.tokens).toEqual([expect.stringContaining(`DBUser=${role}`)]);
  });

  test('uses a role whose statements the server itself ends', async () => {
    const postgres = await connect();
    const { rows } = await postgres.query('SHOW statement_timeout');
    await postgres.close();
    expect(rows).toEqual([{ statement_timeout: '7s' }]);
  });

  test('signs a token for each connection, and keeps a working connection', async () => {
    const postgres = await connect();
    await postgres.query('SELECT 1');
    await postgres.query('SELECT 1');
    expect(rds.tokens).toHaveLength(1);
    await expect(postgres.query('SELECT 1/0')).rejects.toThrow('division by zero');
    await postgres.query('SELECT 1');
    await postgres.close();
    expect(rds.tokens).toHaveLength(2);
  });

  test.each([
    ['another secret', { AWS_SECRET_ACCESS_KEY: 'wrong' }, /PAM authentication failed/],
    ['no credentials', { AWS_ACCESS_KEY_ID: undefined }, /credentials/i],
  ])('reports clearly that a login was refused, with %s', async (_, env, reason) => {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    const postgres = await connect();
    const refused = postgres.query('SELECT 1');
    await expect(refused).rejects.toMatchObject({ code: 'DATABASE_LOGIN_REFUSED' });
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(`as "${role}"`);
    await postgres.close();
  });

  test('does not send its token to a server whose certificate is not trusted', async () => {
    setDefaultCACertificates(trusted);
    const postgres = await connect();
    await expect(postgres.query('SELECT 1')).rejects.toMatchObject({
      code: 'DATABASE_NOT_TRUSTED',
      message: expect.stringMatching(/self-signed certificate.*: set DB_SSL_ROOT_CERT/),
    });
    await postgres.close();
    setDefaultCACertificates([...trusted, rds.certificate]);
    expect(rds.tokens).toEqual([]);
  });

  test('lists all settings that contradict it', async () => {
    const wrong = connect({
      DATABASE_URL: database.url,
      DB_HOST: undefined,
      DB_USER: undefined,
      DB_PASSWORD: 'secret',
      DB_SSL: 'require',
      AWS_REGION: undefined,
    });
    const variables = ['DATABASE_URL', 'DB_HOST', 'DB_USER', 'DB_PASSWORD', 'AWS_REGION', 'DB_SSL'];
    await expect(wrong).rejects.toMatchObject({
      code: 'INVALID_CONFIGURATION',
      problems: variables.map((name) => expect.stringMatching(new RegExp(`^${name}: .*iam$`))),
    });
    await expect(wrong).rejects.not.toThrow('secret');
  });
});
