import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';

/** Ends a server without cutting off what it is answering. */
interface Drain {
  /** Takes no new connections, and resolves when all requests are answered or time is over. */
  close(timeoutMs: number): Promise<void>;
}

/**
 * Counts requests until the last byte of their answers is with the operating system. Node's own
 * `close` destroys connections whose answers are complete but not sent yet.
 */
export function drainOf(server: Server): Drain {
  let unanswered = 0;
  let settle = () => {};
  server.on('request', (_, response) => {
    unanswered++;
    response.once('close', () => {
      unanswered--;
      if (unanswered === 0) settle();
    });
  });

  return {
    async close(timeoutMs) {
      // What HTTP's close does besides is what is not wanted.
      NetServer.prototype.close.call(server);
      if (unanswered > 0) {
        await new Promise<void>((resolve) => {
          settle = resolve;
          setTimeout(resolve, timeoutMs).unref();
        });
      }
      server.closeAllConnections();
    },
  };
}
