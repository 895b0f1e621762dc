import { streamSSE } from 'hono/streaming';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { readCursor } from '../api/cursor.ts';
import { live } from '../api/system-routes.ts';
import type { Api, Service } from '../service.ts';
import { createLimiter } from '../transfer/limiter.ts';
import { closedSignal } from '../transfer/response-end.ts';
import { streamOutcomes } from '../transfer/stream-outcomes.ts';

const maxStreams = 200;

/** `GET /v1/live` */
export function addLiveRoute(app: Api, service: Service): void {
  const streams = createLimiter(maxStreams);

  app.openapi(live, async (c) => {
    const { status, prefix } = c.req.valid('query');
    const lastId = c.req.valid('header')['last-event-id'];
    const after = lastId ? readCursor('oldest', lastId) : undefined;
    const isWanted = (row: LedgerRow) =>
      (status === undefined || row.status === status) &&
      (prefix === undefined || (row.sourceKey ?? '').startsWith(prefix));
    if (c.req.method === 'HEAD') return c.body(null, 200, streamHeaders);
    const release = streams.acquire();
    const closed = closedSignal(c);
    for (const [name, value] of Object.entries(streamHeaders)) c.header(name, value);
    return streamSSE(c, async (stream) => {
      try {
        await streamOutcomes(stream, { service, isWanted, after, closed });
      } catch (error) {
        // The client reconnects by itself, with the id of the last event it received.
        service.log('error', 'live feed', { reason: (error as Error).message });
      } finally {
        release();
      }
    });
  });
}

/** The headers that `streamSSE` sets, for a response without a stream. */
const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};
