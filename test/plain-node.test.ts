// Runs plain Node, as users do, without a test runner that resolves modules in its own way.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareApplicationRole } from '../src/ledger/application-role.ts';
import { selfSignedCertificate } from '../testing/certificate.ts';
import { runCli } from '../testing/cli.ts';
import { createDatabase, type TestDatabase } from '../testing/postgres.ts';
import { startRds } from '../testing/rds.ts';
import { startTlsPostgres, type TlsPostgres } from '../testing/tls-postgres.ts';

const root = join(import.meta.dirname, '..');

test('every module of the checkout can be imported without starting anything', () => {
  const args = [join(root, 'testing/import-modules.js'), join(root, 'src'), '.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(Number(stdout)).toBeGreaterThan(200);
}, 90_000);

describe('a PostgreSQL behind TLS, with DB_SSL=verify-full,', () => {
  let database: TestDatabase;
  let server: TlsPostgres;
  let folder: string;
  let wrongCa: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plain-node-'));
    [database, server] = await Promise.all([createDatabase(), startTlsPostgres()]);
    wrongCa = join(folder, 'wrong.pem');
    await writeFile(wrongCa, selfSignedCertificate().cert);
    await writeFile(join(folder, 'right.pem'), server.authority);
  });
  afterAll(async () => {
    server.close();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = (changes: Record<string, string>) => {
    const { username, password, pathname } = new URL(database.url);
    return {
      DB_HOST: 'localhost',
      DB_PORT: String(server.port),
      DB_USER: username,
      DB_PASSWORD: password,
      DB_NAME: pathname.slice(1),
      DB_SSL: 'verify-full',
      ...changes,
    };
  };
  const url = (parameters: string) => {
    const { username, password, pathname } = new URL(database.url);
    return `postgresql://${username}:${password}@localhost:${server.port}${pathname}?${parameters}`;
  };

  const commands = [['migrate'], ['stats'], ['doctor']];
  const trusting = {
    DB_SSL_ROOT_CERT: () => environment({ DB_SSL_ROOT_CERT: join(folder, 'right.pem') }),
    NODE_EXTRA_CA_CERTS: () => environment({ NODE_EXTRA_CA_CERTS: join(folder, 'right.pem') }),
    'sslrootcert in DATABASE_URL': () => ({
      DATABASE_URL: url(`sslmode=verify-full&sslrootcert=${join(folder, 'right.pem')}`),
    }),
  };
  test.each(
    commands.flatMap(([name = '']) =>
      Object.entries(trusting).map(([how, env]) => ({ name, how, env })),
    ),
  )('is accepted by $name with $how', async ({ name, env }) => {
    const { exitCode, stdout, stderr } = await runCli([name], { env: env() });
    expect({ exitCode, stderr, stdout: stdout.toString() }).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    if (name === 'doctor') expect(stdout.toString()).toMatch(/ok {2}database/);
  });

  const refusing = {
    'no extra certificate authority': () => environment({}),
    'another authority': () => environment({ DB_SSL_ROOT_CERT: wrongCa }),
    'another authority for Node': () => environment({ NODE_EXTRA_CA_CERTS: wrongCa }),
    'a host that the certificate does not name': () =>
      environment({ DB_HOST: '127.0.0.1', DB_SSL_ROOT_CERT: join(folder, 'right.pem') }),
  };
  test.each(
    commands.flatMap(([name = '']) =>
      Object.entries(refusing).map(([how, env]) => ({ name, how, env })),
    ),
  )('is rejected by $name with $how', async ({ name, env }) => {
    const { exitCode, stdout, stderr } = await runCli([name], { env: env() });
    const said = name === 'doctor' ? stdout.toString() : stderr;
    expect(said).toMatch(
      /Expected PostgreSQL at (localhost|127\.0\.0\.1):\d+ to present a valid certificate for this host from a trusted authority but received: [\s\S]*not trusted: set DB_SSL_ROOT_CERT to the PEM file/,
    );
    expect(said).not.toMatch(/\n\s+at /);
    expect(exitCode).toBe(1);
  });
});

test('a login signed by IAM is accepted', async () => {
  const role = `plain_${process.pid}`;
  const [rds, database, folder] = await Promise.all([
    startRds(),
    createDatabase(),
    mkdtemp(join(tmpdir(), 'plain-node-')),
  ]);
  await prepareApplicationRole(database, role);
  await writeFile(join(folder, 'rds.pem'), rds.certificate);
  const result = await runCli(['stats'], {
    env: {
      DB_AUTH: 'iam',
      DB_HOST: 'localhost',
      DB_PORT: String(rds.port),
      DB_NAME: new URL(database.url).pathname.slice(1),
      DB_USER: role,
      DB_SSL_ROOT_CERT: join(folder, 'rds.pem'),
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
    },
  });
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
  rds.close();
  await database.query(`DROP OWNED BY ${role}`);
  await database.query(`DROP ROLE ${role}`);
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});
