import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A proxy to a store that can become silent. */
export interface StoreProxy {
  endpoint: string;
  /** Forwards this many more bytes of each answer, and then nothing. */
  silenceAfter(bytes: number): void;
  restore(): void;
  close(): Promise<void>;
}

export async function startStoreProxy(target: string): Promise<StoreProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let allowedBytes = Number.POSITIVE_INFINITY;

  const server = createServer((client) => {
    const store = connect(Number(port), hostname);
    let forwardedBytes = 0;
    for (const socket of [client, store]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        client.destroy();
        store.destroy();
      });
    }
    client.on('data', (chunk) => {
      forwardedBytes = 0;
      store.write(chunk);
    });
    store.on('data', (chunk) => {
      const part = chunk.subarray(0, Math.max(0, allowedBytes - forwardedBytes));
      forwardedBytes += part.length;
      // Back-pressure reaches the store, as it would without a proxy.
      if (part.length > 0 && !client.write(part)) {
        store.pause();
        client.once('drain', () => store.resume());
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    silenceAfter: (bytes) => (allowedBytes = bytes),
    restore: () => (allowedBytes = Number.POSITIVE_INFINITY),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
