import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { inject } from 'vitest';
import { certificateOfAuthority } from './certificate.ts';

/** The real PostgreSQL behind TLS. */
export interface TlsPostgres {
  port: number;
  /** The certificate of the authority that issued the certificate of `localhost`. */
  authority: string;
  /** How each client connected. */
  connectionKinds: ('encrypted' | 'plain')[];
  close(): void;
}

/** https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
const sslRequest = Buffer.from('0000000804d2162f', 'hex');

/** With the given certificate, or one for `localhost` from a private authority. */
export async function startTlsPostgres(
  certificate: { cert: string; key: string; authority: string } = certificateOfAuthority(),
): Promise<TlsPostgres> {
  const { cert, key, authority } = certificate;
  const connectionKinds: TlsPostgres['connectionKinds'] = [];
  const server = createServer((socket) => void serve(socket).catch(() => socket.destroy()));
  await once(server.listen(0), 'listening');

  async function serve(socket: Socket): Promise<void> {
    const [first] = (await once(socket, 'data')) as [Buffer];
    if (!first.equals(sslRequest)) {
      socket.unshift(first);
      return forward(socket, 'plain');
    }
    socket.write('S');
    const encrypted = new TLSSocket(socket, { isServer: true, cert, key });
    encrypted.on('error', () => socket.destroy());
    await once(encrypted, 'secure');
    forward(encrypted, 'encrypted');
  }

  function forward(client: Socket, kind: 'encrypted' | 'plain'): void {
    connectionKinds.push(kind);
    const { hostname, port } = new URL(inject('postgresUrl'));
    const upstream = connect(Number(port), hostname);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }

  return {
    port: (server.address() as AddressInfo).port,
    authority,
    connectionKinds,
    close: () => void server.close(),
  };
}
