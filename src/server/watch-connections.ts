import type { Server } from 'node:http';
import type { Socket } from 'node:net';

interface WatchOptions {
  /** How long a client may read nothing of the data sent to it. */
  graceMs?: number;
  /** Adds to the grace period: the unread bytes divided by this rate. */
  bytesPerSecond?: number;
  /** Max unread bytes of all connections together; the slowest are closed first. */
  maxUnreadBytes?: number;
  /** Max unanswered requests of one connection: Node starts all pipelined requests. */
  maxPipelined?: number;
  onEnd?: (fields: { reason: string; from: string | undefined }) => void;
}

interface Connection {
  unanswered: number;
  sentBytes: number;
  stalledMs: number;
}

const intervalMs = 1_000;

/**
 * Closes connections whose clients do not read their responses, or pipeline too many requests. Node
 * waits for such clients forever, and unread data stays in memory.
 */
export function watchConnections(
  server: Server,
  {
    graceMs = 15_000,
    bytesPerSecond = 4_096,
    maxUnreadBytes = 64 * 2 ** 20,
    maxPipelined = 32,
    onEnd = () => {},
  }: WatchOptions = {},
): void {
  const connections = new Map<Socket, Connection>();
  server.on('connection', (socket) => {
    connections.set(socket, { unanswered: 0, sentBytes: 0, stalledMs: 0 });
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    const connection = connections.get(socket);
    if (!connection) return;
    connection.unanswered++;
    response.once('close', () => connection.unanswered--);
    if (connection.unanswered > maxPipelined) end(socket, 'too many pipelined requests');
  });
  const timer = setInterval(sweep, intervalMs).unref();
  server.once('close', () => clearInterval(timer));

  function sweep() {
    const unread = [...connections].filter(([socket, connection]) => isUnread(socket, connection));
    const stalled = unread.filter(([{ writableLength }, { stalledMs }]) => {
      return stalledMs > graceMs + (writableLength / bytesPerSecond) * 1e3;
    });
    for (const [socket] of stalled) end(socket, 'the client does not read its responses');
    for (const socket of slowestOver(unread, maxUnreadBytes))
      end(socket, 'too much unread data in all connections');
  }

  function end(socket: Socket, reason: string) {
    if (socket.destroyed) return;
    onEnd({ reason, from: socket.remoteAddress });
    socket.destroy();
  }
}

/** Updates the time without progress; returns whether the connection has unread data. */
function isUnread(socket: Socket, connection: Connection): boolean {
  const sentBytes = socket.bytesWritten - socket.writableLength;
  const isStalled = socket.writableLength > 0 && sentBytes === connection.sentBytes;
  connection.stalledMs = isStalled ? connection.stalledMs + intervalMs : 0;
  connection.sentBytes = sentBytes;
  return socket.writableLength > 0;
}

/**
 * The slowest of these connections: as many as must be closed to bring the rest within the limit.
 */
function slowestOver(unread: [Socket, Connection][], maxUnreadBytes: number): Socket[] {
  let total = unread.reduce((sum, [socket]) => sum + socket.writableLength, 0);
  const slowestFirst = unread.toSorted(([, a], [, b]) => b.stalledMs - a.stalledMs);
  const ended: Socket[] = [];
  for (const [socket] of slowestFirst) {
    if (total <= maxUnreadBytes) break;
    total -= socket.writableLength;
    ended.push(socket);
  }
  return ended;
}
