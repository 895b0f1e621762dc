// The modes of DB_SSL, against the real PostgreSQL behind a proxy that speaks TLS for it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { getCACertificates, setDefaultCACertificates, TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { connectPostgres, type PostgresOptions } from '../../src/adapters/postgres.ts';
import { selfSignedCertificate } from '../support/certificate.ts';

const certificate = selfSignedCertificate();
const server = new URL(inject('postgresUrl'));

let proxy: Server;
/** How the clients came in that the proxy let through to the server. */
let arrivals: ('encrypted' | 'plain')[];

beforeAll(async () => {
  proxy = createServer((socket) => void serve(socket).catch(() => socket.destroy()));
  await once(proxy.listen(0), 'listening');
});
afterAll(() => void proxy.close());
beforeEach(() => {
  arrivals = [];
});

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const sslRequest = Buffer.from('0000000804d2162f', 'hex');

async function serve(socket: Socket): Promise<void> {
  const [first] = (await once(socket, 'data')) as [Buffer];
  if (!first.equals(sslRequest)) {
    socket.unshift(first);
    return passOn(socket, 'plain');
  }
  socket.write('S');
  const encrypted = new TLSSocket(socket, { isServer: true, ...certificate });
  encrypted.on('error', () => socket.destroy());
  await once(encrypted, 'secure');
  passOn(encrypted, 'encrypted');
}

function passOn(client: Socket, arrival: 'encrypted' | 'plain'): void {
  arrivals.push(arrival);
  const upstream = connect(Number(server.port), server.hostname);
  client.pipe(upstream).pipe(client);
  client.on('error', () => upstream.destroy());
  upstream.on('error', () => client.destroy());
}

async function selectOne(ssl: PostgresOptions['ssl'], { host = 'localhost', port = 0 } = {}) {
  const postgres = connectPostgres({
    host,
    port: port || (proxy.address() as AddressInfo).port,
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

describe('a server whose certificate nobody vouches for', () => {
  test.each([
    ['disable', 'plain'],
    ['prefer', 'encrypted'],
    ['require', 'encrypted'],
  ] as const)('is connected to by DB_SSL=%s, %s', async (ssl, arrival) => {
    expect(await selectOne(ssl)).toEqual([{ one: 1 }]);
    expect(arrivals).toEqual([arrival]);
  });

  test('is refused by DB_SSL=verify-full', async () => {
    await expect(selectOne('verify-full')).rejects.toMatchObject({
      code: 'DATABASE_NOT_TRUSTED',
      message: expect.stringMatching(/self-signed certificate.* Set DB_SSL_ROOT_CERT/),
    });
  });
});

describe('DB_SSL=verify-full, where the certificate is trusted,', () => {
  const trusted = getCACertificates();
  beforeAll(() => setDefaultCACertificates([...trusted, certificate.cert]));
  afterAll(() => setDefaultCACertificates(trusted));

  test('takes the host that it names', async () => {
    expect(await selectOne('verify-full')).toEqual([{ one: 1 }]);
    expect(arrivals).toEqual(['encrypted']);
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
    await expect(selectOne(ssl, direct)).rejects.toThrow('does not support SSL');
  },
);
