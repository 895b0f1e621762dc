import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type {
  Image,
  ImageList,
  Problem,
  RemovedList,
  RetriedList,
} from '../../src/server/api/schemas.ts';
import { convertedOutcome, entriesOf } from '../../testing/outcomes.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { addImage, read, startApi, type TestApi } from '../../testing/server.ts';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.database.query('TRUNCATE image_metadata');
});

const post = (path: string, fields: Record<string, string>) =>
  api.request(path, { method: 'POST', body: new URLSearchParams(fields) });
const put = (Key: string, Body: Uint8Array) =>
  api.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key, Body }));
const head = (key: string) => api.parts.files.head({ bucket: 'uploads', key });

describe('retrying several images', () => {
  test('converts the newest content of each, and says which cannot be retried', async () => {
    const broken = await addImage(api, 'a.png', Buffer.from('not an image'));
    const stillBroken = await addImage(api, 'b.png', Buffer.from('not an image either'));
    await put('a.png', await tinyPng(1));
    const ids = [broken.id, '999999', stillBroken.id];
    const response = await post('/v1/images/retry', { ids: ids.join(',') });
    expect(response.status).toBe(200);
    const { results } = await read<RetriedList>(response);
    expect(results).toMatchObject([
      { id: broken.id, action: 'processed', key: 'a.png', status: 'converted', code: null },
      { id: '999999', action: 'refused', key: null, status: null },
      { id: stillBroken.id, action: 'processed', status: 'failed', code: 'UNSUPPORTED_FORMAT' },
    ]);
    expect(results[1]?.reason).toContain('no such image');
  });

  test('touches no other bucket', async () => {
    const outcome = convertedOutcome({ key: 'c.png', bucket: 'another' });
    await api.parts.pipeline.ledger.record(entriesOf(outcome));
    const [image] = (await read<ImageList>(await api.request('/v1/images'))).images;
    const ids = image?.id ?? '';
    const retried = await read<RetriedList>(await post('/v1/images/retry', { ids }));
    expect(retried.results).toMatchObject([{ action: 'refused' }]);
    const deleted = await read<RemovedList>(await post('/v1/images/delete', { ids }));
    expect(deleted.results).toMatchObject([{ removed: [] }]);
    expect(deleted.results[0]?.problem).toContain('another bucket');
    expect((await api.request(`/v1/images/${ids}`)).status).toBe(200);
  });
});

test.each([
  ['{"ids":"1"}', 'application/json', 415, 'Send it as `curl -d ids=1,2,3` does.'],
  ['', 'application/x-www-form-urlencoded', 400, 'Expected a value for ids but received nothing.'],
  [
    'ids=1&id=2',
    'application/x-www-form-urlencoded',
    400,
    'Expected one of the parameters ids for',
  ],
])('explains the form if it receives %s as %s', async (body, type, status, sentence) => {
  const headers = { 'content-type': type };
  const response = await api.request('/v1/images/zip', { method: 'POST', body, headers });
  expect(response.status).toBe(status);
  expect((await read<Problem>(response)).detail).toContain(sentence);
});

describe('deleting several images', () => {
  test('keeps the sources unless they are to be deleted, too', async () => {
    const images = [await addImage(api, 'd.png', await tinyPng(1))];
    images.push(await addImage(api, 'e.png', await tinyPng(2)));
    images.push(await addImage(api, 'f.png', await tinyPng(3)));
    const [d, e, f] = images as [Image, Image, Image];
    const first = await post('/v1/images/delete', { ids: `${d.id},${e.id}` });
    expect((await read<RemovedList>(first)).results).toEqual([
      { id: d.id, removed: ['output', 'row'], problem: null },
      { id: e.id, removed: ['output', 'row'], problem: null },
    ]);
    expect(await head('d.png')).toBeDefined();
    expect(await head('grayscale/d.png')).toBeUndefined();
    const second = await post('/v1/images/delete', { ids: `${d.id},${f.id}`, source: 'true' });
    expect((await read<RemovedList>(second)).results).toMatchObject([
      { id: d.id, removed: [] },
      { id: f.id, removed: ['output', 'source', 'row'], problem: null },
    ]);
    expect(await head('f.png')).toBeUndefined();
  });
});

test.each([
  ['retry', { ids: Array.from({ length: 101 }, (_, at) => at + 1).join(',') }, '1 to 100 ids'],
  ['delete', { ids: '1', all: 'true' }, 'all'],
  ['delete', {}, 'for ids but received nothing'],
])('an invalid form is rejected: %s %o', async (path, fields, message) => {
  const response = await post(`/v1/images/${path}`, fields as Record<string, string>);
  expect(response.status).toBe(400);
  expect(await response.text()).toContain(message);
});

describe('an export', () => {
  test('has every matching row, as the list has them', async () => {
    await api.database.query(`
      INSERT INTO image_metadata (source_bucket, source_key, status, code, message, recorded_at)
      SELECT 'uploads', 'many/' || n, CASE WHEN n % 2 = 0 THEN 'failed' ELSE 'skipped' END, 'X', 'x',
        '2026-01-01T00:00:00Z'::timestamptz + n * interval '1 second'
      FROM generate_series(1, 1201) AS n`);
    const json = await api.request('/v1/images/export?format=json&status=skipped&sort=oldest');
    expect(json.headers.get('content-disposition')).toBe('attachment; filename="images.json"');
    const images = await read<Image[]>(json);
    expect(images).toHaveLength(601);
    expect(images.at(-1)?.source.key).toBe('many/1201');
    const page = await api.request('/v1/images?status=skipped&sort=oldest&limit=1');
    expect(images[0]).toEqual((await read<ImageList>(page)).images[0]);

    const csv = await api.request('/v1/images/export');
    expect(csv.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const lines = (await csv.text()).split('\r\n');
    expect(lines).toHaveLength(1_203);
    expect(lines[0]).toMatch(/^id,status,code,message,source_bucket,source_key,.*,recorded_at$/);
    expect(lines[1]).toContain(',uploads,many/1201,');
  });

  test('and all other answers have times of few digits', async () => {
    const decodeMs = 29.451477000000068;
    const outcome = convertedOutcome({ key: 'long.png' });
    await api.parts.pipeline.ledger.record(entriesOf(outcome));
    await api.database.query(`UPDATE image_metadata SET decode_ms = ${decodeMs}`);
    const paths = ['/v1/images', '/v1/images/export', '/v1/images/export?format=json', '/v1/stats'];
    for (const path of paths) {
      const text = await (await api.request(path)).text();
      expect(text).toContain('29.4515');
      expect(text).not.toMatch(/[1-9]\d*\.\d{7}|\.0*[1-9]\d{6}/);
    }
  });

  test('is an empty list without rows', async () => {
    expect(await read(await api.request('/v1/images/export?format=json'))).toEqual([]);
    expect((await (await api.request('/v1/images/export')).text()).split('\r\n')).toHaveLength(2);
  });

  test('quotes keys for CSV, and none is a formula', async () => {
    for (const key of ['=HYPERLINK("http://x")', 'a,b.png', 'line\nbreak.png']) {
      await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key })));
    }
    const csv = await (await api.request('/v1/images/export?sort=oldest')).text();
    expect(csv).toContain(`,"'=HYPERLINK(""http://x"")",`);
    expect(csv).toContain(',"a,b.png",');
    expect(csv).toContain(',"line\nbreak.png",');
  });

  test('frees its slot when a client stops reading', async () => {
    for (let client = 0; client < 6; client++) {
      const response = await api.request('/v1/images/export');
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
  });
});

test('keys are found by a part in any case, in which no character is special', async () => {
  for (const key of ['Holiday/Beach 100%.jpg', 'work/beach_house.png', 'work/beachXhouse.png']) {
    await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key })));
  }
  const keysWith = async (contains: string, more = '') => {
    const path = `/v1/images?${new URLSearchParams({ contains, sort: 'oldest' })}${more}`;
    const { images } = await read<ImageList>(await api.request(path));
    return images.map(({ source }) => source.key);
  };
  expect(await keysWith('BEACH')).toHaveLength(3);
  expect(await keysWith('0%')).toEqual(['Holiday/Beach 100%.jpg']);
  expect(await keysWith('h_h')).toEqual(['work/beach_house.png']);
  expect(await keysWith('beach', '&prefix=work/')).toHaveLength(2);
});
