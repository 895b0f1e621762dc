// Forged events that try to fill memory, the log or the ledger: each is bounded.

import { createHash } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { maxRecords } from '../../src/events/index.ts';
import { handler } from '../../src/lambda/handler.ts';
import { createBudget, maxSuperseded, processBatch } from '../../src/pipeline/index.ts';
import { eventBridgeEvent, s3Event, s3Record, sqsEvent } from '../../testing/events.ts';
import { lambdaContext } from '../../testing/lambda-context.ts';
import {
  captureLog,
  type LambdaEnvironment,
  openLambdaEnvironment,
} from '../../testing/lambda-environment.ts';
import { memoryPipeline, sourceObject, tinyPng, uploadOf } from '../../testing/pipeline.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';

const image = await tinyPng(9);
const etag = createHash('md5').update(image).digest('hex');
const bucket = 'uploads';
const record = { bucket, key: 'a.png', etag, versionId: undefined };

/** This many records, each of a different content of one key. */
function forgedContents(count: number) {
  return {
    Records: Array.from({ length: count }, (_, i) => s3Record({ ...record, etag: `${i}` })),
  };
}

describe('the server', () => {
  let api: TestApi;
  beforeAll(async () => {
    api = await startApi();
    for (const Key of ['a.png', 'b.png', 'poison.png']) {
      await api.store.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: image }));
    }
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    api.logged.length = 0;
    await api.database.query('TRUNCATE image_metadata');
  });

  const post = async (
    body: string | Uint8Array<ArrayBuffer> | ReadableStream,
    signal?: AbortSignal,
  ) =>
    await api.request('/v1/events', {
      method: 'POST',
      body,
      duplex: 'half',
      signal,
    } as RequestInit);
  const send = async (event: unknown) => await post(JSON.stringify(event));
  /** 1,000 records in 1 MiB. */
  const small = (key: string) => ({ s3: { bucket: { name: bucket }, object: { key } } });

  test('refuses an event with too many records as a whole', async () => {
    const records = Array.from({ length: maxRecords + 1 }, (_, i) => small(`${i}.png`));
    const response = await send({ Records: records });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      detail: 'Expected at most 1000 records in an event but found more.',
    });
    expect(await api.database.rows()).toEqual([]);
    expect(api.logged).toHaveLength(1);
  });

  test('counts the records of events inside events', async () => {
    const Message = JSON.stringify({ Records: Array(maxRecords / 2).fill(small('a.png')) });
    const notification = { Type: 'Notification', Message };
    expect((await send([notification, notification, small('a.png')])).status).toBe(400);
    expect(await api.database.rows()).toEqual([]);
  });

  test('refuses a body larger than any message of SQS', async () => {
    expect((await post(`"${'x'.repeat(2 ** 20)}"`)).status).toBe(413);
  });

  test('writes few log lines for an event whose records are all refused', async () => {
    const records = Array.from({ length: maxRecords }, (_, i) => ({
      s3: { bucket: { name: 'other' }, object: { key: `${i}` } },
    }));
    const response = await send({ Records: records });
    expect(response.status).toBe(400);
    const { detail } = await read<{ detail: string }>(response);
    expect(detail.length).toBeLessThan(3_000);
    expect(api.logged).toHaveLength(11);
    expect(api.logged.at(-1)).toMatchObject({ message: 'refused', fields: { more: 990 } });
  });

  test('records few of the contents that are claimed to be superseded', async () => {
    expect((await send(forgedContents(maxRecords))).status).toBe(200);
    const rows = await api.database.rows();
    expect(rows.map(({ status }) => status).toSorted()).toEqual([
      'converted',
      ...Array(maxSuperseded).fill('skipped'),
    ]);
    expect(rows.map((row) => row.source_etag)).toContain(`${maxRecords - 1}`);
    const counts = Map.groupBy(api.logged, ({ message }) => message);
    expect([...counts].map(([message, lines]) => [message, lines.length])).toEqual([
      ['converted', 1],
      ['skipped', maxSuperseded],
      ['superseded contents without a row', 1],
    ]);
    expect(api.logged.at(-1)?.fields).toMatchObject({ contents: 990 });
  });

  test('records few superseded contents of a key without an object', async () => {
    const records = Array.from({ length: 100 }, (_, i) =>
      s3Record({ ...record, key: 'none.png', etag: `${i}` }),
    );
    expect((await send({ Records: records })).status).toBe(200);
    expect(await api.database.rows()).toHaveLength(1 + maxSuperseded);
  });

  test.each(['etag', 'versionId', 'sequencer'] as const)(
    'never stores a longer %s than a store sends',
    async (name) => {
      const long = 'x'.repeat(100_000);
      for (const event of [s3Event, eventBridgeEvent]) {
        expect((await send(event({ ...record, [name]: long }))).status).toBe(200);
      }
      const [row] = await api.database.rows();
      expect(row).toMatchObject({ status: 'converted', source_etag: etag });
      expect(JSON.stringify(row).length).toBeLessThan(3_000);
    },
  );

  test('neither logs nor returns the whole of a very long key', async () => {
    const response = await send(eventBridgeEvent({ bucket, key: 'k'.repeat(500_000) }));
    expect(response.status).toBe(400);
    expect((await response.text()).length).toBeLessThan(3_000);
    expect(JSON.stringify(api.logged).length).toBeLessThan(3_000);
  });

  test('refuses bytes that are not UTF-8, and converts no other key instead', async () => {
    const text = JSON.stringify(eventBridgeEvent({ bucket, key: 'a?.png' }));
    const response = await post(Uint8Array.from(Buffer.from(text.replace('?', '\xff'), 'latin1')));
    expect(response.status).toBe(400);
    expect(await api.database.rows()).toEqual([]);
  });

  test('processes only as many events concurrently as there are slots', async () => {
    const blocker = new Client({ connectionString: api.database.url });
    await blocker.connect();
    await blocker.query('BEGIN; LOCK TABLE image_metadata');
    const waiting = Array.from({ length: 64 }, () => send(s3Event(record)));
    // Events in progress wait for the table. The others are answered immediately.
    const first = await Promise.race(waiting);
    expect(first.status).toBe(503);
    expect(await first.json()).toMatchObject({ code: 'OVERLOADED' });
    await blocker.query('ROLLBACK');
    await blocker.end();
    const statuses = (await Promise.all(waiting)).map(({ status }) => status);
    expect(statuses).toContain(200);
    await expect.poll(async () => (await send(s3Event(record))).status).toBe(200);
  });

  test('idle senders of events take no slot', async () => {
    const gone = new AbortController();
    const endless = () => post(new ReadableStream(), gone.signal).catch(() => undefined);
    const waiting = Array.from({ length: 64 }, endless);
    const responses = await Promise.all([send(s3Event(record)), send(s3Event(record))]);
    expect(responses.map(({ status }) => status)).toEqual([200, 200]);
    gone.abort();
    await Promise.all(waiting);
  });

  describe('where the database permanently rejects a row', () => {
    beforeAll(async () => {
      await api.database.query(
        "ALTER TABLE image_metadata ADD CONSTRAINT no_poison CHECK (source_key <> 'poison.png')",
      );
    });
    afterAll(() => api.database.query('ALTER TABLE image_metadata DROP CONSTRAINT no_poison'));

    test('reports its own message, and does not request the event again', async () => {
      const response = await send(s3Event({ ...record, key: 'poison.png' }));
      expect(response.status).toBe(400);
      const { detail } = await read<{ detail: string }>(response);
      expect(detail).toContain('Do not resend the event');
      expect(detail).not.toMatch(/constraint|no_poison|relation/);
      expect(api.logged).toMatchObject([
        { message: 'refused', fields: { cause: expect.stringContaining('no_poison') } },
      ]);
    });

    test('processes the other rows', async () => {
      const response = await send(s3Event({ ...record, key: 'poison.png' }, record));
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        results: [{ action: 'refused' }, { action: 'processed', status: 'converted' }],
      });
    });
  });

  test('keeps the database’s message out of its responses', async () => {
    await send(s3Event(record));
    const [row] = await api.database.rows();
    await api.database.query('ALTER TABLE image_metadata RENAME COLUMN losses TO away');
    try {
      const response = await send(s3Event({ ...record, key: 'b.png' }));
      expect(response.status).toBe(503);
      expect(await response.text()).not.toMatch(/losses|column|does not exist/);
      expect(JSON.stringify(api.logged)).toContain('losses');
    } finally {
      await api.database.query('ALTER TABLE image_metadata RENAME COLUMN away TO losses');
    }
    await api.database.query(
      'ALTER TABLE image_metadata ADD CONSTRAINT few CHECK (attempts < 2) NOT VALID',
    );
    try {
      const response = await api.request(`/v1/images/${row?.id}/retry`, { method: 'POST' });
      expect(response.status).toBe(400);
      expect(await response.text()).not.toMatch(/constraint|few|relation/);
    } finally {
      await api.database.query('ALTER TABLE image_metadata DROP CONSTRAINT few');
    }
  });
});

describe('the function', () => {
  let environment: LambdaEnvironment;
  beforeAll(async () => {
    environment = await openLambdaEnvironment();
    await environment.server.s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: 'a.png', Body: image }),
    );
  });
  afterAll(() => environment.close());
  beforeEach(() => environment.database.query('TRUNCATE image_metadata'));

  test('limits the rows of a message', async () => {
    const lines = captureLog();
    const event = sqsEvent(forgedContents(maxRecords));
    expect(await handler(event, lambdaContext)).toEqual({ batchItemFailures: [] });
    expect(await environment.database.rows()).toHaveLength(1 + maxSuperseded);
    expect(lines.join()).toContain('superseded contents without a row');
  });

  test('reports a message with too many records as failed', async () => {
    captureLog();
    const event = sqsEvent(forgedContents(maxRecords + 1));
    expect(await handler(event, lambdaContext)).toEqual({
      batchItemFailures: [{ itemIdentifier: event.Records[0]?.messageId }],
    });
    expect(await environment.database.rows()).toEqual([]);
  });

  test('writes few log lines for records that are all refused', async () => {
    const lines = captureLog();
    const foreign = Array.from({ length: maxRecords }, () => s3Record({ bucket: 'other' }));
    await handler(sqsEvent({ Records: foreign }), lambdaContext);
    const refused = lines.map((line) => JSON.parse(line)).filter(isRefused);
    expect(refused).toHaveLength(11);
    expect(refused.at(-1)).toMatchObject({ more: 990 });
  });

  test('returns a message whose row the database rejects, like one that it refuses', async () => {
    await environment.database.query(
      "ALTER TABLE image_metadata ADD CONSTRAINT no_poison CHECK (source_key <> 'a.png')",
    );
    const lines = captureLog();
    const event = sqsEvent(s3Event(record));
    expect(await handler(event, lambdaContext)).toEqual({
      batchItemFailures: [{ itemIdentifier: event.Records[0]?.messageId }],
    });
    const refused = lines.map((line) => JSON.parse(line)).filter(isRefused);
    expect(refused).toMatchObject([{ key: 'a.png', reason: expect.stringContaining('no_poison') }]);
  });

  const isRefused = ({ message }: { message?: string }) => message === 'refused';
});

test('a source larger than its event says is read only after memory for it is reserved', async () => {
  const reserved: number[] = [];
  const budget = createBudget(2 ** 30);
  const { parts, store } = memoryPipeline({
    transfers: {
      ...budget,
      use: (amount, work) => {
        reserved.push(amount);
        return budget.use(amount, work);
      },
    },
  });
  await store.put(uploadOf('a.png'), sourceObject(image));
  const { results } = await processBatch([uploadOf('a.png', { sizeBytes: 1 })], parts);
  expect(results).toMatchObject([{ outcome: { status: 'converted' } }]);
  expect(reserved).toEqual([1, image.byteLength]);
});
