// The modes of DB_SSL, against the real PostgreSQL behind a TLS proxy.
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { connectPostgres, type PostgresOptions } from '../../src/ledger/connect.ts';
import { selfSignedCertificate } from '../../testing/certificate.ts';
import { startTlsPostgres, type TlsPostgres } from '../../testing/tls-postgres.ts';

const certificate = selfSignedCertificate();
const server = new URL(inject('postgresUrl'));

let proxy: TlsPostgres;

beforeAll(async () => {
  proxy = await startTlsPostgres({ ...certificate, authority: certificate.cert });
});
afterAll(() => proxy.close());
beforeEach(() => {
  proxy.connectionKinds.length = 0;
});

async function selectOne(ssl: PostgresOptions['ssl'], { host = 'localhost', port = 0 } = {}) {
  const postgres = connectPostgres({
    host,
    port: port || proxy.port,
    database: 'postgres',
    user: server.username,
    password: server.password,
    ssl,
    maxConnections: 1,
  });
  try {
    return (await postgres.query('SELECT 1 AS one')).rows;
  } finally {
    await postgres.close();
  }
}

describe('a server whose certificate is not trusted', () => {
  test.each([
    ['disable', 'plain'],
    ['prefer', 'encrypted'],
    ['require', 'encrypted'],
  ] as const)('is accepted by DB_SSL=%s, %s', async (ssl, arrival) => {
    expect(await selectOne(ssl)).toEqual([{ one: 1 }]);
    expect(proxy.connectionKinds).toEqual([arrival]);
  });

  test('is refused by DB_SSL=verify-full', async () => {
    await expect(selectOne('verify-full')).rejects.toMatchObject({
      code: 'DATABASE_NOT_TRUSTED',
      message: expect.stringMatching(/self-signed certificate.*: set DB_SSL_ROOT_CERT/),
    });
  });
});

describe('DB_SSL=verify-full, where the certificate is trusted,', () => {
  const trusted = getCACertificates();
  beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]));
  afterAll(() => setDefaultCACertificates(trusted));

  test('accepts the host that it names', async () => {
    expect(await selectOne('verify-full')).toEqual([{ one: 1 }]);
    expect(proxy.connectionKinds).toEqual(['encrypted']);
  });

  test('refuses a host that it does not name', async () => {
    await expect(selectOne('verify-full', { host: '127.0.0.1' })).rejects.toMatchObject({
      code: 'DATABASE_NOT_TRUSTED',
      message: expect.stringContaining('does not match certificate'),
    });
  });
});

test.each(['require', 'verify-full'] as const)(
  'DB_SSL=%s refuses a server without TLS',
  async (ssl) => {
    const direct = { host: server.hostname, port: Number(server.port) };
    await expect(selectOne(ssl, direct)).rejects.toThrow(
      /to support TLS but it does not\. .* to disable\.$/,
    );
  },
);
