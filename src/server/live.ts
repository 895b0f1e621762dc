import { streamSSE } from 'hono/streaming';
import type { LedgerRow } from '../pipeline/index.ts';
import { version } from '../version.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { createGate } from './gate.ts';
import { imageDocument } from './image-document.ts';
import type { LiveBatch } from './live-feed.ts';
import type { Api, Service } from './service.ts';
import { live } from './system-routes.ts';

const maxStreams = 200;
/** Proxies end connections on which nothing comes for a minute. */
const pulseMs = 15_000;
/** What someone who comes back gets to see of what was missed. */
const maxMissed = 200;
/** A client that does not read is let go before what it does not read takes memory. */
const maxWaiting = 50;

/** `GET /v1/live` */
export function addLive(app: Api, { parts, feed, stopping }: Service): void {
  const streams = createGate(maxStreams);

  app.openapi(live, async (c) => {
    const { status, prefix } = c.req.valid('query');
    const lastId = c.req.valid('header')['last-event-id'];
    const after = lastId ? readCursor('oldest', lastId) : undefined;
    const isWanted = (row: LedgerRow) =>
      (status === undefined || row.status === status) &&
      (prefix === undefined || (row.sourceKey ?? '').startsWith(prefix));
    const leave = streams.enter();
    c.header('x-accel-buffering', 'no');

    return streamSSE(c, async (stream) => {
      const ended = Promise.withResolvers<void>();
      let waiting = 0;
      let sending = Promise.resolve();
      const send = (message: { event: string; data: unknown; id?: string }) => {
        waiting++;
        sending = sending
          .then(() => stream.writeSSE({ ...message, data: JSON.stringify(message.data) }))
          .finally(() => waiting--);
        sending.catch(ended.resolve);
        if (waiting > maxWaiting * 2) ended.resolve();
      };
      // Rows that were missed, which the feed may be about to tell as well.
      const told = new Set<string>();
      const tell = ({ rows, skipped }: LiveBatch) => {
        if (skipped > 0) send({ event: 'skipped', data: { count: skipped } });
        const isNew = ({ id, recordedAt }: LedgerRow) => !told.has(`${id} ${recordedAt}`);
        for (const row of rows.filter(isWanted).filter(isNew)) send(outcomeOf(row));
      };
      // What happens while the missed rows are read comes after them.
      let held: LiveBatch[] | undefined = after && [];

      stream.onAbort(ended.resolve);
      const stop = () => ended.resolve();
      stopping.addEventListener('abort', stop);
      const pulse = setInterval(() => void stream.write(': pulse\n\n'), pulseMs);
      const unsubscribe = feed.subscribe((batch) => (held ? held.push(batch) : tell(batch)));
      try {
        send({ event: 'hello', data: { version } });
        if (after) {
          const rows = await parts.reader.list({}, { order: 'oldest', limit: maxMissed, after });
          tell({ rows, skipped: 0 });
          for (const { id, recordedAt } of rows) told.add(`${id} ${recordedAt}`);
          for (const batch of held ?? []) tell(batch);
          held = undefined;
        }
        if (!stopping.aborted) await ended.promise;
      } finally {
        clearInterval(pulse);
        stopping.removeEventListener('abort', stop);
        unsubscribe();
        leave();
      }
    });
  });
}

function outcomeOf(row: LedgerRow) {
  const id = writeCursor('oldest', { value: row.recordedAt, id: row.id });
  return { event: 'outcome', data: imageDocument(row), id };
}
