import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { LedgerRow, RowPosition } from '../../ledger/ledger-reader.ts';
import { version } from '../../version.ts';
import { readCursor, writeCursor } from '../api/cursor.ts';
import { imageDocument } from '../api/image-document.ts';
import { live } from '../api/system-routes.ts';
import type { LiveBatch } from '../live-feed.ts';
import type { Api, Service } from '../service.ts';
import { closedSignal } from '../transfer/answer-end.ts';
import { createGate } from '../transfer/gate.ts';
import { type Reach, reachOf } from './reach.ts';

const maxStreams = 200;
/** Proxies end connections on which nothing comes for a minute. */
const pulseMs = 15_000;
/** What someone who comes back gets to see of what was missed. */
const maxMissed = 200;
/** A client that does not read is let go before what it does not read takes memory. */
const maxWaiting = 50;

/** `GET /v1/live` */
export function addLive(app: Api, { parts, feed, stopping, log }: Service): void {
  const streams = createGate(maxStreams);
  const reach = reachOf(parts);

  app.openapi(live, async (c) => {
    const { status, prefix } = c.req.valid('query');
    const lastId = c.req.valid('header')['last-event-id'];
    const after = lastId ? readCursor('oldest', lastId) : undefined;
    const isWanted = (row: LedgerRow) =>
      (status === undefined || row.status === status) &&
      (prefix === undefined || (row.sourceKey ?? '').startsWith(prefix));
    if (c.req.method === 'HEAD') return c.body(null, 200, streamHeaders);
    const leave = streams.enter();
    const closed = closedSignal(c);
    for (const [name, value] of Object.entries(streamHeaders)) c.header(name, value);
    return streamSSE(c, async (stream) => {
      try {
        await tellOutcomes(stream, { isWanted, after, closed });
      } catch (error) {
        // The client comes back by itself, with the id of what it saw last.
        log('error', 'live feed', { reason: (error as Error).message });
      } finally {
        leave();
      }
    });
  });

  async function tellOutcomes(
    stream: SSEStreamingApi,
    { isWanted, after, closed }: TellOptions,
  ): Promise<void> {
    const ended = Promise.withResolvers<void>();
    let waiting = 0;
    let sending = Promise.resolve();
    const write = (writing: () => Promise<unknown>) => {
      waiting++;
      sending = sending.then(async () => void (await writing())).finally(() => waiting--);
      sending.catch(ended.resolve);
      if (waiting > maxWaiting * 2) ended.resolve();
    };
    const send = (message: { event: string; data: unknown; id?: string }) =>
      write(() => stream.writeSSE({ ...message, data: JSON.stringify(message.data) }));
    // Rows that were missed, which the feed may be about to tell as well.
    const told = new Set<string>();
    const tell = ({ rows, skipped }: LiveBatch) => {
      if (skipped > 0) send({ event: 'skipped', data: { count: skipped } });
      const isNew = ({ id, recordedAt }: LedgerRow) => !told.has(`${id} ${recordedAt}`);
      for (const row of rows.filter(isWanted).filter(isNew)) send(outcomeOf(row, reach));
    };
    // What happens while the missed rows are read comes after them.
    let held: LiveBatch[] | undefined = after && [];

    stream.onAbort(ended.resolve);
    const end = () => ended.resolve();
    for (const signal of [stopping, closed]) signal.addEventListener('abort', end);
    const pulse = setInterval(() => write(() => stream.write(': pulse\n\n')), pulseMs);
    const unsubscribe = feed.subscribe((batch) => (held ? held.push(batch) : tell(batch)));
    try {
      send({ event: 'hello', data: { version } });
      if (after) {
        await Promise.race([feed.ready(), ended.promise]);
        const rows = await parts.reader.list({}, { order: 'oldest', limit: maxMissed, after });
        tell({ rows, skipped: 0 });
        for (const { id, recordedAt } of rows) told.add(`${id} ${recordedAt}`);
        for (const batch of held ?? []) tell(batch);
        held = undefined;
      }
      if (!stopping.aborted && !closed.aborted) await ended.promise;
    } finally {
      clearInterval(pulse);
      stopping.removeEventListener('abort', end);
      unsubscribe();
    }
  }
}

interface TellOptions {
  isWanted: (row: LedgerRow) => boolean;
  after: RowPosition | undefined;
  closed: AbortSignal;
}

/** As `streamSSE` sets them, for an answer without a stream. */
const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

function outcomeOf(row: LedgerRow, reach: Reach) {
  const id = writeCursor('oldest', { value: row.recordedAt, id: row.id });
  return { event: 'outcome', data: imageDocument(row, reach), id };
}
