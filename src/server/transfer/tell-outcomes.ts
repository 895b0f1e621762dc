import type { SSEStreamingApi } from 'hono/streaming';
import type { LedgerRow, RowPosition } from '../../ledger/ledger-reader.ts';
import { version } from '../../version.ts';
import { writeCursor } from '../api/cursor.ts';
import { imageDocument } from '../api/image-document.ts';
import type { LiveBatch } from '../live-feed.ts';
import { reachOf } from '../routes/reach.ts';
import type { Service } from '../service.ts';

export interface TellOptions {
  service: Service;
  isWanted: (row: LedgerRow) => boolean;
  /** The last row that a reconnecting client has seen. */
  after: RowPosition | undefined;
  closed: AbortSignal;
}

/** Proxies close connections that are silent for a minute. */
const pulseMs = 15_000;
/** Max missed rows sent to a client that reconnects. */
const maxMissed = 200;

/** Sends outcomes to a client until it disconnects, reads too slowly, or the server stops. */
export async function tellOutcomes(stream: SSEStreamingApi, options: TellOptions): Promise<void> {
  const { service, after, closed } = options;
  const { parts, feed, stopping } = service;
  const { send, pulse, ended, end } = createSender(stream);
  const { tell, tellMissed } = createTeller(send, options);
  // New outcomes are held until the missed rows are sent.
  let held: LiveBatch[] | undefined = after && [];

  for (const signal of [stopping, closed]) signal.addEventListener('abort', end);
  const timer = setInterval(pulse, pulseMs);
  const unsubscribe = feed.subscribe((batch) => (held ? held.push(batch) : tell(batch)));
  try {
    send({ event: 'hello', data: { version } });
    if (after) {
      await Promise.race([feed.ready(), ended]);
      tellMissed(await parts.reader.list({}, { order: 'oldest', limit: maxMissed, after }));
      for (const batch of held ?? []) tell(batch);
      held = undefined;
    }
    if (!stopping.aborted && !closed.aborted) await ended;
  } finally {
    clearInterval(timer);
    stopping.removeEventListener('abort', end);
    unsubscribe();
  }
}

interface Message {
  event: string;
  data: unknown;
  id?: string;
}

/** A client that does not read is disconnected before its unread messages take up memory. */
const maxWaiting = 100;

/** Writes messages one at a time. `ended` resolves when no more can or should be written. */
function createSender(stream: SSEStreamingApi) {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  let waiting = 0;
  let sending = Promise.resolve();
  stream.onAbort(end);

  function write(writing: () => Promise<unknown>) {
    waiting++;
    sending = sending.then(async () => void (await writing())).finally(() => waiting--);
    sending.catch(end);
    if (waiting > maxWaiting) end();
  }

  return {
    send: (message: Message) =>
      write(() => stream.writeSSE({ ...message, data: JSON.stringify(message.data) })),
    pulse: () => write(() => stream.write(': pulse\n\n')),
    ended,
    end,
  };
}

/** Turns each row into one message, exactly once. */
function createTeller(send: (message: Message) => void, { service, isWanted }: TellOptions) {
  const reach = reachOf(service.parts);
  // Missed rows, which the feed may be about to send as well.
  const told = new Set<string>();
  const nameOf = ({ id, recordedAt }: LedgerRow) => `${id} ${recordedAt}`;

  function tell({ rows, skipped }: LiveBatch) {
    if (skipped > 0) send({ event: 'skipped', data: { count: skipped } });
    for (const row of rows) {
      if (!isWanted(row) || told.has(nameOf(row))) continue;
      const id = writeCursor('oldest', { value: row.recordedAt, id: row.id });
      send({ event: 'outcome', data: imageDocument(row, reach), id });
    }
  }

  return {
    tell,
    tellMissed(rows: LedgerRow[]) {
      tell({ rows, skipped: 0 });
      for (const row of rows) told.add(nameOf(row));
    },
  };
}
