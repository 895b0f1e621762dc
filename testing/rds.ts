import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { inject } from 'vitest';
import { selfSignedCertificate } from './certificate.ts';
import { isConnectToken } from './connect-token.ts';

/** The real PostgreSQL as Amazon RDS offers it: behind TLS, with IAM to check logins. */
export interface Rds {
  port: number;
  /** The certificate of `localhost`, which clients must be configured to trust. */
  certificate: string;
  /** The tokens that were received, including those that were refused. */
  tokens: string[];
  close(): void;
}

export async function startRds({ secretAccessKey = 'test' } = {}): Promise<Rds> {
  const certificate = selfSignedCertificate();
  const tokens: string[] = [];
  const server = createServer((socket) => void serve(socket).catch(() => socket.destroy()));
  await once(server.listen(0), 'listening');
  const { port } = server.address() as AddressInfo;

  /** https://www.postgresql.org/docs/current/protocol-flow.html */
  async function serve(socket: Socket): Promise<void> {
    await once(socket, 'data');
    socket.write('S');
    const client = new TLSSocket(socket, {
      isServer: true,
      cert: certificate.cert,
      key: certificate.key,
    });
    client.on('error', () => socket.destroy());
    const [startup] = (await once(client, 'data')) as [Buffer];
    const [, user = ''] = /user\0([^\0]*)\0/.exec(startup.toString('latin1')) ?? [];
    client.write(message('R', uint32(3))); // AuthenticationCleartextPassword
    const [password] = (await once(client, 'data')) as [Buffer];
    const token = password.subarray(5, -1).toString();
    tokens.push(token);
    if (!isConnectToken(token, { host: `localhost:${port}`, user, secretAccessKey })) {
      client.end(refusal(user));
      return;
    }
    const { hostname, port: upstreamPort } = new URL(inject('postgresUrl'));
    const upstream = connect(Number(upstreamPort), hostname);
    upstream.write(startup);
    client.pipe(upstream).pipe(client);
    client.on('error', () => upstream.destroy());
    upstream.on('error', () => client.destroy());
  }

  return { port, certificate: certificate.cert, tokens, close: () => void server.close() };
}

/** The exact message of RDS. */
function refusal(user: string): Buffer {
  const fields = ['SFATAL', 'C28000', `MPAM authentication failed for user "${user}"`];
  return message('E', Buffer.from(`${fields.join('\0')}\0\0`));
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), uint32(body.length + 4), body]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
