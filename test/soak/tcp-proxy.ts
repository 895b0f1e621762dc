import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What happens to connections while it is active. */
export interface NetworkFault {
  /** New ones are reset. */
  refuses?: boolean;
  /** Nothing is forwarded, and nothing is reset. */
  stalls?: boolean;
  /** Each chunk is delayed by this time. */
  delayMs?: number;
}

/** A proxy to a server on loopback that can simulate network faults. */
export interface TcpProxy {
  port: number;
  /** Current number of client connections. */
  readonly connections: number;
  /** The maximum number of concurrent clients since it started. */
  readonly maxConnections: number;
  /** Resets every connection; returns how many. */
  cut(): number;
  /** Faults add up; returns a function that ends this one. */
  impose(networkFault: NetworkFault): () => void;
  close(): Promise<void>;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const networkFaults = new Set<NetworkFault>();
  const pairs = new Set<[Socket, Socket]>();
  let maxConnections = 0;
  const has = (name: 'refuses' | 'stalls') =>
    [...networkFaults].some((networkFault) => networkFault[name]);

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    client.on('error', () => {}); // the other side is notified below
    if (has('refuses')) {
      client.resetAndDestroy();
      return;
    }
    const upstream = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true });
    upstream.setNoDelay(true);
    upstream.on('error', () => {});
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    maxConnections = Math.max(maxConnections, pairs.size);
    for (const [from, to] of [pair, [upstream, client] as const]) {
      void pass(from, to, whenPassable);
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });

  async function whenPassable(): Promise<void> {
    const delayMs = [...networkFaults].reduce(
      (sum, networkFault) => sum + (networkFault.delayMs ?? 0),
      0,
    );
    if (delayMs > 0) await sleep(delayMs);
    while (has('stalls')) await sleep(20);
  }

  function cut(): number {
    const cutPairs = [...pairs];
    for (const socket of cutPairs.flat()) socket.resetAndDestroy();
    return cutPairs.length;
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return pairs.size;
    },
    get maxConnections() {
      return maxConnections;
    },
    cut,
    impose(networkFault) {
      networkFaults.add(networkFault);
      return () => networkFaults.delete(networkFault);
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Forwards data until the sender ends; a reset is forwarded by the listener of `close`. */
async function pass(from: Socket, to: Socket, whenPassable: () => Promise<void>): Promise<void> {
  try {
    for await (const piece of from.iterator({ destroyOnReturn: false })) {
      await whenPassable();
      if (!to.writable) return;
      if (!to.write(piece)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    }
    to.end();
  } catch {
    from.resetAndDestroy();
    to.resetAndDestroy();
  }
}
