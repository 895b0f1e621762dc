import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** An HTTP client that sends exactly the given bytes, and can leave responses unread. */
export interface RawClient {
  socket: Socket;
  /** What has been received. */
  text(): string;
  /** Resolves with the status of the first response. */
  status(): Promise<number>;
  closed: Promise<void>;
}

export interface RawOptions {
  /** Reads nothing, so that responses stay in the server's buffers. */
  isPaused?: boolean;
}

/** Opens a connection and sends the text, with `\n` as CR LF. */
export function sendRaw(
  url: string,
  text: string,
  { isPaused = false }: RawOptions = {},
): RawClient {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let received = '';
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  socket.on('error', () => {});
  if (isPaused) socket.pause();
  else socket.on('data', (chunk) => (received += chunk.toString('latin1')));
  socket.write(text.replaceAll('\n', '\r\n'));
  return {
    socket,
    closed,
    text: () => received,
    async status() {
      while (!/^HTTP\/1\.1 \d{3}/.test(received)) {
        if (socket.destroyed) throw new Error(`The connection ended: ${received}`);
        await Promise.race([once(socket, 'data'), closed]);
      }
      return Number(received.slice(9, 12));
    },
  };
}

/** The head of a request to a server on loopback. */
export function headOf(method: string, path: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({ host: 'localhost', ...headers }).map(
    ([name, value]) => `${name}: ${value}\n`,
  );
  return `${method} ${path} HTTP/1.1\n${lines.join('')}\n`;
}
