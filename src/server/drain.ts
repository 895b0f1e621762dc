import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** Stops a server after the requests in progress are answered. */
interface Drain {
  /** Accepts no new connections; resolves when all requests are answered or the time is up. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Counts requests until the last byte of the response is passed to the operating system. Node's own
 * `close` destroys connections whose responses are complete but not sent yet.
 */
export function createDrain(server: Server): Drain {
  let unanswered = 0;
  let onIdle = () => {};
  server.on('request', (_, response) => {
    unanswered++;
    response.once('close', () => {
      unanswered--;
      if (unanswered === 0) onIdle();
    });
  });

  return {
    async close(timeoutMs) {
      // HTTP's own close would also destroy idle connections, which may still be sending a
      // response.
      NetServer.prototype.close.call(server);
      if (unanswered > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
          setTimeout(resolve, timeoutMs).unref();
        });
      }
      server.closeAllConnections();
    },
  };
}
