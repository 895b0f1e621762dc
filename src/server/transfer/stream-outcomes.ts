import type { SSEStreamingApi } from 'hono/streaming';
import type { LedgerRow, RowPosition } from '../../ledger/ledger-reader.ts';
import { version } from '../../version.ts';
import { writeCursor } from '../api/cursor.ts';
import { imageDocument } from '../api/image-document.ts';
import { type LiveBatch, rowVersion } from '../live-feed.ts';
import { servedBucketsOf } from '../row-files/served-buckets.ts';
import type { Service } from '../service.ts';

interface StreamOutcomesOptions {
  service: Service;
  isWanted: (row: LedgerRow) => boolean;
  /** The last row that a reconnecting client has seen. */
  after: RowPosition | undefined;
  closed: AbortSignal;
}

/** Proxies close connections that are silent for a minute. */
const keepAliveMs = 15_000;
/** Max missed rows sent to a client that reconnects. */
const maxMissed = 200;

/** Sends outcomes to a client until it disconnects, reads too slowly, or the server stops. */
export async function streamOutcomes(
  stream: SSEStreamingApi,
  options: StreamOutcomesOptions,
): Promise<void> {
  const { service, after, closed } = options;
  const { parts, feed, stopping } = service;
  const { send, keepAlive, ended, end } = createEventWriter(stream);
  const { sendBatch, sendMissed } = createPublisher(send, options);
  // New outcomes are held until the missed rows are sent.
  let held: LiveBatch[] | undefined = after && [];

  for (const signal of [stopping, closed]) signal.addEventListener('abort', end);
  const timer = setInterval(keepAlive, keepAliveMs);
  const unsubscribe = feed.subscribe((batch) => (held ? held.push(batch) : sendBatch(batch)));
  try {
    send({ event: 'hello', data: { version } });
    if (after) {
      await Promise.race([feed.ready(), ended]);
      sendMissed(await parts.reader.list({}, { order: 'oldest', limit: maxMissed, after }));
      for (const batch of held ?? []) sendBatch(batch);
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
const maxUnread = 100;

/** Writes messages one at a time. `ended` resolves when no more can or should be written. */
function createEventWriter(stream: SSEStreamingApi) {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = () => resolve();
  let unread = 0;
  let sending = Promise.resolve();
  stream.onAbort(end);

  function write(writeMessage: () => Promise<unknown>) {
    unread++;
    sending = sending.then(async () => void (await writeMessage())).finally(() => unread--);
    sending.catch(end);
    if (unread > maxUnread) end();
  }

  return {
    send: (message: Message) =>
      write(() => stream.writeSSE({ ...message, data: JSON.stringify(message.data) })),
    keepAlive: () => write(() => stream.write(': pulse\n\n')),
    ended,
    end,
  };
}

/** Turns each row into one message, exactly once. */
function createPublisher(
  send: (message: Message) => void,
  { service, isWanted }: StreamOutcomesOptions,
) {
  const buckets = servedBucketsOf(service.parts);
  // The feed may also publish missed rows.
  const sentMissed = new Set<string>();

  function sendBatch({ rows, skipped }: LiveBatch) {
    if (skipped > 0) send({ event: 'skipped', data: { count: skipped } });
    for (const row of rows) {
      if (!isWanted(row) || sentMissed.has(rowVersion(row))) continue;
      const id = writeCursor('oldest', { value: row.recordedAt, id: row.id });
      send({ event: 'outcome', data: imageDocument(row, buckets), id });
    }
  }

  return {
    sendBatch,
    sendMissed(rows: LedgerRow[]) {
      sendBatch({ rows, skipped: 0 });
      for (const row of rows) sentMissed.add(rowVersion(row));
    },
  };
}
