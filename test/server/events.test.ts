import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { z } from '@hono/zod-openapi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EventAnswerSchema, Problem } from '../../src/server/api/schemas.ts';
import {
  cephEvent,
  eventBridgeEvent,
  minioEvent,
  rustfsEvent,
  s3Event,
  s3TestEvent,
  seaweedFsEvent,
  versityGatewayEvent,
} from '../../testing/events.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { read, startApi, type TestApi } from '../../testing/server.ts';

type EventAnswer = z.infer<typeof EventAnswerSchema>;

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

async function put(Key: string, Body: Uint8Array) {
  await api.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
}

const send = (event: unknown, headers: Record<string, string> = {}) =>
  api.request('/v1/events', { method: 'POST', body: JSON.stringify(event), headers });

describe.each([
  ['S3', s3Event],
  ['EventBridge', eventBridgeEvent],
  ['MinIO', minioEvent],
  ['RustFS', rustfsEvent],
  ['Ceph', cephEvent],
])('an event of %s', (name, make) => {
  test('is answered when its upload is converted and its row is written', async () => {
    const key = `my ${name}+1 (ä).png`;
    await put(key, await tinyPng(10));
    const response = await send(make({ bucket: 'uploads', key }));
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      results: [{ action: 'processed', key, status: 'converted', code: null, reason: null }],
    });
    const rows = await api.database.rows();
    expect(rows.at(-1)).toMatchObject({ source_key: key, status: 'converted' });
  });
});

test.each([
  ['VersityGW', versityGatewayEvent],
  ['SeaweedFS', seaweedFsEvent],
])(
  'an event of %s, with a key that its dialect does not encode, is understood',
  async (name, make) => {
    const key = `plain/${name}+1.png`;
    await put(key, await tinyPng(11));
    const response = await send(make({ bucket: 'uploads', key }));
    expect(await response.json()).toMatchObject({ results: [{ key, status: 'converted' }] });
  },
);

test('reports the outcome of each record, in order', async () => {
  await put('good.png', await tinyPng(12));
  await put('bad.png', Buffer.from('not an image'));
  const event = s3Event(
    { bucket: 'uploads', key: 'bad.png' },
    { bucket: 'uploads', key: 'grayscale/own.png' },
    { bucket: 'elsewhere', key: 'foreign.png' },
    { bucket: 'uploads', key: 'good.png' },
  );
  const response = await send(event);
  expect(response.status).toBe(200);
  expect((await read<EventAnswer>(response)).results).toMatchObject([
    { action: 'processed', key: 'bad.png', status: 'failed', code: 'UNSUPPORTED_FORMAT' },
    { action: 'ignored', key: 'grayscale/own.png' },
    { action: 'refused', key: 'foreign.png', reason: expect.stringContaining('uploads') },
    { action: 'processed', key: 'good.png', status: 'converted' },
  ]);
  // The event's ETags are not those of the objects, so that each also has a skipped content.
  const lines = api.logged.filter(
    ({ message, fields }) => message !== 'skipped' && /^(bad|good)\.png$/.test(`${fields.key}`),
  );
  expect(lines).toMatchObject([
    {
      level: 'warn',
      message: 'failed',
      fields: { code: 'UNSUPPORTED_FORMAT', stagesMs: expect.any(Object) },
    },
    { level: 'info', message: 'converted', fields: { outputKey: 'grayscale/good.png' } },
  ]);
});

test('accepts the test event that a store sends first, with any content type', async () => {
  const response = await send(s3TestEvent(), { 'content-type': 'text/plain' });
  expect(response.status).toBe(200);
});

test('is answered 503 if the outcome could not be recorded, so that the sender retries', async () => {
  await put('later.png', await tinyPng(13));
  await api.database.query('ALTER TABLE image_metadata RENAME TO away');
  const event = s3Event({ bucket: 'uploads', key: 'later.png' });
  try {
    const response = await send(event);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(await response.json()).toMatchObject({
      code: 'SCHEMA_OUTDATED',
      detail: expect.stringContaining('run `grayscale migrate`'),
    });
    // Of the list, and of the thread that makes reports.
    for (const path of ['/v1/images', '/v1/stats']) {
      const { code, detail } = await read<Problem>(await api.request(path));
      expect({ code, detail }).toEqual({
        code: 'SCHEMA_OUTDATED',
        detail: 'Migrations are missing: run `grayscale migrate`.',
      });
    }
    // All migrations are applied, so running them would not help.
    const { checks } = await read<{ checks: object }>(await api.request('/readyz'));
    expect(checks).toMatchObject({ migrations: { problem: expect.stringMatching(/^All migr/) } });
  } finally {
    await api.database.query('ALTER TABLE away RENAME TO image_metadata');
  }
  const again = await send(event);
  expect(again.status).toBe(200);
  expect((await api.database.rows()).at(-1)).toMatchObject({ source_key: 'later.png' });
});

describe('refuses', () => {
  test.each([
    ['invalid JSON', 'hello'],
    ['nothing', ''],
    ['JSON that is not an event', '{"hello":1}'],
    ['an event of another bucket', JSON.stringify(s3Event({ bucket: 'elsewhere', key: 'a' }))],
    ['bytes that are not text', new Uint8Array([0xff, 0xfe, 0])],
  ])('%s', async (_, body) => {
    const response = await api.request('/v1/events', { method: 'POST', body });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  test('more records than any store sends', async () => {
    const body = `{"Records":["${'x'.repeat(4 * 2 ** 20)}"]}`;
    const response = await api.request('/v1/events', { method: 'POST', body });
    expect(response.status).toBe(413);
  });
});
