import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { LedgerRow } from '../../src/ledger/ledger-reader.ts';
import { createPostgresReader } from '../../src/ledger/read.ts';
import { createLiveFeed, type LiveBatch } from '../../src/server/live-feed.ts';
import { convertedOutcome, entriesOf, failedOutcome } from '../../testing/outcomes.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { addImage, startApi, type TestApi } from '../../testing/server.ts';

describe('the stream of events', () => {
  let api: TestApi;
  const streams: AbortController[] = [];
  beforeAll(async () => {
    api = await startApi();
  });
  afterEach(() => {
    for (const stream of streams.splice(0)) stream.abort();
  });
  afterAll(() => api.close());

  /** Opens a stream; `next` is its next event. */
  async function open(query = '', headers: Record<string, string> = {}) {
    const controller = new AbortController();
    streams.push(controller);
    const response = await api.request(`/v1/live${query}`, { headers, signal: controller.signal });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    return async function next(): Promise<{ event: string; data: unknown; id?: string }> {
      while (!text.includes('\n\n')) {
        const { value, done } = (await reader?.read()) ?? { done: true };
        if (done) throw new Error('The stream ended.');
        text += value;
      }
      const [block = '', ...rest] = text.split('\n\n');
      text = rest.join('\n\n');
      const fields = Object.fromEntries(
        block
          .split('\n')
          .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      return { ...fields, event: fields.event ?? '', data: JSON.parse(fields.data ?? 'null') };
    };
  }

  test('sends a greeting, then complete outcomes as they happen', async () => {
    const next = await open();
    expect(await next()).toMatchObject({ event: 'hello', data: { version: expect.any(String) } });
    await sleep(200);
    const image = await addImage(api, 'seen.png', await tinyPng(1));
    expect(await next()).toEqual({ event: 'outcome', id: expect.any(String), data: image });
  });

  test('sends missed outcomes to a client that reconnects', async () => {
    const next = await open();
    await next();
    await sleep(200);
    await addImage(api, 'before.png', await tinyPng(2));
    const { id = '' } = await next();
    streams.pop()?.abort();

    const missed = [
      await addImage(api, 'missed-1.png', await tinyPng(3)),
      await addImage(api, 'missed-2.png', await tinyPng(4)),
    ];
    const again = await open('', { 'last-event-id': id });
    expect((await again()).event).toBe('hello');
    expect([(await again()).data, (await again()).data]).toEqual(missed);
    // Not a second time, although the feed also finds them.
    const later = await addImage(api, 'later.png', await tinyPng(6));
    expect((await again()).data).toEqual(later);
  });

  test('sends only what was requested', async () => {
    const next = await open('?status=failed&prefix=wanted/');
    await next();
    await sleep(200);
    await addImage(api, 'wanted/sound.png', await tinyPng(5));
    await addImage(api, 'other/broken.png', Buffer.from('not an image'));
    const image = await addImage(api, 'wanted/broken.png', Buffer.from('not an image'));
    expect((await next()).data).toEqual(image);
  });

  test('refuses an id that it never sent', async () => {
    const response = await api.request('/v1/live', { headers: { 'last-event-id': 'nonsense' } });
    expect(response.status).toBe(400);
  });
});

describe('the feed', () => {
  let database: TestDatabase;
  const closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    database = await createDatabase();
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  afterAll(() => database.drop());

  function follow(options: { pollMs?: number; onError?: (error: Error) => void } = {}) {
    const batches: LiveBatch[] = [];
    const reader = createPostgresReader(database);
    const feed = createLiveFeed({ reader, onError: () => {}, pollMs: 60_000, ...options });
    closers.push(() => feed.close());
    const unsubscribe = feed.subscribe((batch) => batches.push(batch));
    return {
      feed,
      batches,
      unsubscribe,
      keys: () => batches.flatMap(({ rows }) => rows.map(keyOf)),
    };
  }

  const keyOf = ({ sourceKey }: LedgerRow) => sourceKey;
  const insert = (...keys: string[]) =>
    record(entriesOf(...keys.map((key) => convertedOutcome({ key }))));
  async function record(entries: ReturnType<typeof entriesOf>) {
    const { createPostgresLedger } = await import('../../src/ledger/record.ts');
    await createPostgresLedger(database, { processorVersion: 'test' }).record(entries);
  }

  async function until(isTrue: () => boolean) {
    const deadline = Date.now() + 5_000;
    while (!isTrue() && Date.now() < deadline) await sleep(20);
    expect(isTrue()).toBe(true);
  }

  test('finds rows without a notification, a little later', async () => {
    const { keys } = follow({ pollMs: 50 });
    await sleep(200);
    await insert('not notified');
    await until(() => keys().includes('not notified'));
  });

  test('sends every row that is written after it is ready', async () => {
    const reader = createPostgresReader(database);
    const queried: string[] = [];
    const slow = {
      ...reader,
      newestChange: async () => {
        await sleep(300);
        queried.push('newest');
        return await reader.newestChange();
      },
    };
    const feed = createLiveFeed({ reader: slow, onError: () => {}, pollMs: 60_000 });
    closers.push(() => feed.close());
    const keys: unknown[] = [];
    feed.subscribe(({ rows }) => keys.push(...rows.map(keyOf)));
    await feed.ready();
    expect(queried).toEqual(['newest']);
    await insert('after ready');
    feed.wake();
    await until(() => keys.includes('after ready'));
  });

  test('sends each row once despite repeated notifications, and again when it changes', async () => {
    const { feed, keys } = follow();
    await sleep(200);
    await record(entriesOf(failedOutcome({ key: 'x' })));
    for (let i = 0; i < 20; i++) feed.wake();
    await until(() => keys().length === 1);
    await insert('x');
    feed.wake();
    await until(() => keys().length === 2);
    await sleep(300);
    feed.wake();
    await sleep(300);
    expect(keys()).toEqual(['x', 'x']);
  });

  test('sends a row whose transaction began before those already sent, and ended after them', async () => {
    const { feed, keys } = follow();
    await sleep(200);
    await database.session(async (slow) => {
      await slow.query('BEGIN');
      await slow.query('SELECT now()');
      await sleep(300);
      await insert('quick');
      feed.wake();
      await until(() => keys().includes('quick'));
      await slow.query(`INSERT INTO image_metadata (file_name, source_key) VALUES ('g', 'slow')`);
      await slow.query('COMMIT');
    });
    feed.wake();
    await until(() => keys().includes('slow'));
  });

  test('omits rows when there are too many, and reports how many', async () => {
    const { feed, batches } = follow();
    await sleep(200);
    await insert(...Array.from({ length: 250 }, (_, i) => `many-${i}`));
    feed.wake();
    await until(() => batches.length > 0);
    expect(batches[0]?.rows).toHaveLength(100);
    expect(batches[0]?.skipped).toBe(150);
  });

  test('continues when the database is back', async () => {
    const errors: Error[] = [];
    const { feed, keys } = follow({ onError: (error) => errors.push(error) });
    await sleep(200);
    await database.query('ALTER TABLE image_metadata RENAME TO away');
    feed.wake();
    await until(() => errors.length > 0);
    await database.query('ALTER TABLE away RENAME TO image_metadata');
    await insert('back');
    feed.wake();
    await until(() => keys().includes('back'));
  });

  test('does not query the database while there are no clients', async () => {
    let queryCount = 0;
    const reader = createPostgresReader({
      query: (text, values) => {
        queryCount++;
        return database.query(text, values);
      },
    });
    const feed = createLiveFeed({ reader, onError: () => {}, pollMs: 20 });
    closers.push(() => feed.close());
    feed.subscribe(() => {})();
    await sleep(300);
    const before = queryCount;
    feed.wake();
    await sleep(300);
    expect(queryCount).toBe(before);
  });
});
