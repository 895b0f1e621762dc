import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Image, ImageList, Problem } from '../../src/server/api/schemas.ts';
import {
  convertedOutcome,
  entriesOf,
  failedOutcome,
  skippedOutcome,
} from '../../testing/outcomes.ts';
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

async function list(query = ''): Promise<ImageList> {
  const response = await api.request(`/v1/images${query}`);
  const text = await response.text();
  expect(response.status, text).toBe(200);
  return JSON.parse(text);
}

async function pages(query: string): Promise<Image[]> {
  const images: Image[] = [];
  let next: string | null = '';
  while (next !== null) {
    const page: ImageList = await list(`?${query}${next && `&cursor=${next}`}`);
    images.push(...page.images);
    next = page.next;
  }
  return images;
}

const keysOf = (images: Image[]) => images.map(({ source }) => source.key);

describe('the list', () => {
  test('is empty at first', async () => {
    expect(await list()).toEqual({ images: [], next: null });
  });

  test('shows all fields of an image', async () => {
    await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'a.jpg' })));
    const { images } = await list();
    expect(images).toEqual([
      {
        id: expect.stringMatching(/^\d+$/),
        status: 'converted',
        code: null,
        message: null,
        source: {
          bucket: 'uploads',
          key: 'a.jpg',
          versionId: null,
          etag: 'e1',
          sizeBytes: 1_000,
          format: 'jpeg',
          pages: 1,
          colourfulness: { max: 144, p99: 82, isNeutral: false },
        },
        output: {
          bucket: 'uploads',
          key: 'grayscale/a.jpg',
          sizeBytes: 500,
          sha256: 'ab'.repeat(32),
          format: 'png',
          width: 40,
          height: 30,
          channels: 1,
          depth: 8,
          losses: [],
        },
        recipe: { hash: expect.any(String), text: 'rec601 png', method: 'rec601', format: 'png' },
        stagesMs: { queue: 1, fetch: 2, decode: 3.5, gray: 4, encode: 5, store: 6, verify: 7 },
        durationMs: 27.5,
        attempts: 1,
        coldStart: false,
        processorVersion: expect.any(String),
        eventTime: null,
        recordedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/),
        links: {
          self: `/v1/images/${images[0]?.id}`,
          source: `/v1/images/${images[0]?.id}/source`,
          gray: `/v1/images/${images[0]?.id}/gray`,
          thumbnail: `/v1/images/${images[0]?.id}/gray?width=160`,
        },
      },
    ]);
  });

  test('shows the known fields of rows that the original wrote', async () => {
    await api.database.query(
      "INSERT INTO image_metadata (file_name, timestamp) VALUES ('old.jpg', now())",
    );
    const { images } = await list();
    expect(images).toMatchObject([
      {
        status: 'converted',
        source: { bucket: null, key: null },
        output: { key: 'old.jpg', bucket: null },
        recipe: null,
        durationMs: 0,
        links: { source: null, gray: null },
      },
    ]);
  });

  describe('shows only', () => {
    beforeEach(async () => {
      const { ledger } = api.parts.pipeline;
      await ledger.record(entriesOf(convertedOutcome({ key: 'a/1.jpg' })));
      await ledger.record(entriesOf(failedOutcome({ key: 'a/2_.jpg', etag: 'e2' })));
      await ledger.record(entriesOf(skippedOutcome({ key: 'b/3%.jpg', bucket: 'other' })));
    });

    test.each([
      ['status=failed', ['a/2_.jpg']],
      ['code=SUPERSEDED', ['b/3%.jpg']],
      ['bucket=other', ['b/3%.jpg']],
      ['key=a/1.jpg', ['a/1.jpg']],
      ['prefix=a/', ['a/2_.jpg', 'a/1.jpg']],
      ['prefix=a/2_', ['a/2_.jpg']],
      ['prefix=a/1_', []],
      ['prefix=b/3%25', ['b/3%.jpg']],
      ['prefix=%25', []],
      ['key=a/2_.jpg&etag=e2', ['a/2_.jpg']],
      ['key=a/2_.jpg&etag=e1', []],
      ['method=rec601', ['b/3%.jpg', 'a/2_.jpg', 'a/1.jpg']],
      ['method=rec709', []],
      ['version=0.0.0', []],
      ['neutral=false', ['a/1.jpg']],
      ['neutral=true', []],
      ['since=1h', ['b/3%.jpg', 'a/2_.jpg', 'a/1.jpg']],
      ['since=2100-01-01T00:00:00Z', []],
      ['until=1h', []],
      ['until=2100-01-01T00:00:00%2B02:00', ['b/3%.jpg', 'a/2_.jpg', 'a/1.jpg']],
      ['prefix=a/&status=converted', ['a/1.jpg']],
    ])('rows for %s', async (query, keys) => {
      expect(keysOf((await list(`?${query}`)).images)).toEqual(keys);
    });
  });

  describe('is sorted and paged', () => {
    // Many with the same time and duration: only the id distinguishes them.
    beforeEach(async () => {
      for (let batch = 0; batch < 4; batch++) {
        const outcomes = Array.from({ length: 7 }, (_, i) => {
          const outcome = convertedOutcome({ key: `${batch}-${i}` });
          outcome.stages.decode = (i % 3) * 100 + 0.1;
          return outcome;
        });
        await api.parts.pipeline.ledger.record(entriesOf(...outcomes));
      }
    });

    test.each(['newest', 'oldest', 'slowest', 'fastest'] as const)(
      '%s first, each row once, for any page size',
      async (sort) => {
        const whole = (await list(`?sort=${sort}&limit=200`)).images;
        expect(whole).toHaveLength(28);
        const values = whole.map((image) =>
          sort === 'newest' || sort === 'oldest' ? image.recordedAt : image.durationMs,
        );
        const ascending = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
        const isUp = sort === 'oldest' || sort === 'fastest';
        expect(values).toEqual(isUp ? ascending : ascending.toReversed());
        for (const limit of [1, 5, 7, 28]) {
          expect(await pages(`sort=${sort}&limit=${limit}`)).toEqual(whole);
        }
      },
    );

    test('without repeating or missing a row while others are added', async () => {
      const before = (await list('?limit=200')).images;
      const first = await list('?limit=10');
      await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'late' })));
      const second = await list(`?limit=200&cursor=${first.next}`);
      expect([...first.images, ...second.images]).toEqual(before);
    });

    test.each([
      ['of another order', () => list('?limit=1&sort=slowest'), 'newest'],
      ['made up', async () => ({ next: 'bm9uc2Vuc2U' }), 'newest'],
      [
        'with an invalid time',
        async () => ({ next: forged(['newest', '2026-99-99', '1']) }),
        'newest',
      ],
      [
        'with a time before the valid range',
        async () => ({ next: forged(['newest', '0001-01-01T00:00:00Z', '1']) }),
        'newest',
      ],
      [
        'with a time of 250 digits',
        async () => ({ next: forged(['newest', `2026-01-01T00:00:00.${'1'.repeat(250)}Z`, '1']) }),
        'newest',
      ],
      [
        'with a time of seven digits',
        async () => ({ next: forged(['oldest', '2026-01-01T00:00:00.1234567Z', '1']) }),
        'oldest',
      ],
      [
        'with SQL in it',
        async () => ({ next: forged(['newest', "2026-01-01T00:00:00Z'); --", '1']) }),
        'newest',
      ],
      [
        'with an id out of range',
        async () => ({ next: forged(['slowest', 1, '9'.repeat(40)]) }),
        'slowest',
      ],
      ['with infinity', async () => ({ next: forged(['slowest', 1e300, '1']) }), 'slowest'],
    ])('and a cursor %s is refused', async (_, make, sort) => {
      const { next } = await make();
      const response = await api.request(`/v1/images?sort=${sort}&cursor=${next}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({
        code: 'INVALID_REQUEST',
        errors: [{ name: 'cursor' }],
      });
    });

    const forged = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');
  });

  test.each([
    ['limit=0', 'limit', 'a whole number from 1 to 200'],
    ['limit=201', 'limit', 'a whole number from 1 to 200'],
    ['status=done', 'status', 'one of converted, failed, skipped'],
    ['sort=', 'sort', 'one of newest, oldest, slowest, fastest'],
    ['since=yesterday', 'since', 'a time such as 2026-01-31T12:00Z, or an age such as 24h'],
    ['key=a%00b', 'key', 'a key of 1 to 1,024 bytes without NUL'],
    ['code=', 'code', 'at least 1 character'],
    [`cursor=${'a'.repeat(513)}`, 'cursor', 'at most 512 characters'],
    ['page=2', 'page', expect.stringContaining('one of the parameters status, code')],
    ['etag=e1', 'etag', 'to be sent together with key'],
    ['wait=5', 'wait', 'to be sent together with key'],
    ['key=k&wait=61', 'wait', 'a whole number from 1 to 60'],
    ['status=failed&status=converted', 'status', 'one of converted, failed, skipped'],
    ['limit=1&limit=2', 'limit', 'one value'],
  ])('refuses %s, and says what it expects', async (query, name, expected) => {
    const response = await api.request(`/v1/images?${query}`);
    expect(response.status).toBe(400);
    expect((await read<Problem>(response)).errors).toMatchObject([{ name, expected }]);
  });
});

describe('with wait, the list', () => {
  test('is answered when the row is written', async () => {
    let isAnswered = false;
    const answer = api.request('/v1/images?key=later.jpg&wait=20').then((response) => {
      isAnswered = true;
      return response;
    });
    await sleep(300);
    expect(isAnswered).toBe(false);
    await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'other.jpg' })));
    await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'later.jpg' })));
    const { images } = await read<ImageList>(await answer);
    expect(images.map(({ source }) => source.key)).toEqual(['later.jpg']);
  });

  test('is answered immediately if there is a row, and empty after the time', async () => {
    await api.parts.pipeline.ledger.record(entriesOf(convertedOutcome({ key: 'there.jpg' })));
    const startedAt = performance.now();
    const [there, missing] = await Promise.all([
      api.request('/v1/images?key=there.jpg&wait=60'),
      api.request('/v1/images?key=never.jpg&wait=1'),
    ]);
    expect((await read<ImageList>(there)).images).toHaveLength(1);
    expect(await read<ImageList>(missing)).toEqual({ images: [], next: null });
    expect(performance.now() - startedAt).toBeGreaterThan(900);
  });

  test('is empty when the client disconnects', async () => {
    const client = new AbortController();
    const answer = api.request('/v1/images?key=never.jpg&wait=60', { signal: client.signal });
    client.abort();
    expect(await read<ImageList>(await answer)).toEqual({ images: [], next: null });
  });
});

describe('one image', () => {
  test('is the same as in the list', async () => {
    const image = await addImage(api, 'one.png', await tinyPng(1));
    const response = await api.request(image.links.self);
    expect(await response.json()).toEqual(image);
  });

  test.each([['1234567890'], ['999999999999999999']])(
    'is answered 404 when it does not exist: %s',
    async (id) => {
      const response = await api.request(`/v1/images/${id}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'NO_SUCH_IMAGE' });
    },
  );
});

const exists = (Key: string) =>
  api.store.s3.send(new HeadObjectCommand({ Bucket: 'uploads', Key })).then(
    () => true,
    () => false,
  );

describe('a parameter at the limit of its range', () => {
  const edges = [
    '0',
    '-1',
    '1e308',
    '9'.repeat(18),
    '9'.repeat(250),
    '1.5',
    'NaN',
    '😀',
    "'",
    '\\',
  ];
  edges.push('9999-12-31T23:59:59.999999Z', '0000-01-01', '999999d', '1970-01-01', '%', '%FF%FE');
  edges.push('2026-01-01..9999-12-31', '999999d..1s', '\ud800', 'x'.repeat(1_024), '\u0001');
  const paths = [
    ...[
      'code',
      'bucket',
      'key',
      'prefix',
      'method',
      'version',
      'since',
      'until',
      'limit',
      'cursor',
    ],
    ...['status', 'sort', 'key=k&etag'],
  ].map((name) => `/v1/images?${name}=`);
  paths.push('/v1/images/', '/v1/stats?since=', '/v1/stats?until=', '/v1/stats/timeline?buckets=');
  paths.push('/v1/stats/timeline?since=', '/v1/stats/distribution?until=');
  paths.push('/v1/stats/compare?candidate=1&baseline=', '/v1/stats/compare?tolerance=');

  test.each(paths)(
    'is answered without an internal error: %s',
    async (path) => {
      for (const edge of edges) {
        const text = edge.startsWith('%F') ? edge : encodeURIComponent(edge.toWellFormed());
        const response = await api.request(path + text);
        expect([200, 400, 404], `${path}${text.slice(0, 40)}`).toContain(response.status);
        await response.body?.cancel();
      }
    },
    60_000,
  );
});

describe('retry', () => {
  test('does not repeat the database’s message', async () => {
    const failed = await addImage(api, 'driver.png', Buffer.from('not an image'));
    await api.database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'driver message' USING ERRCODE = '57P05'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON image_metadata
        FOR EACH ROW EXECUTE FUNCTION refuse()`);
    try {
      const response = await api.request(`${failed.links.self}/retry`, { method: 'POST' });
      expect(response.status).toBe(503);
      const text = await response.text();
      expect(text).not.toContain('driver message');
      expect(JSON.parse(text).detail).toContain(
        '"driver.png" could not be processed: The connection to the database was lost',
      );
      expect(JSON.stringify(api.logged)).toContain('driver message');
    } finally {
      await api.database.query('DROP FUNCTION refuse() CASCADE');
    }
  }, 30_000);

  test('converts a failed source after it was repaired', async () => {
    const failed = await addImage(api, 'repaired.png', Buffer.from('not an image'));
    expect(failed).toMatchObject({ status: 'failed', code: 'UNSUPPORTED_FORMAT' });
    const Body = await tinyPng(3);
    await api.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'repaired.png', Body }));
    const response = await api.request(`${failed.links.self}/retry`, { method: 'POST' });
    const retried = (await response.json()) as Image;
    expect(retried).toMatchObject({
      status: 'converted',
      output: { key: 'grayscale/repaired.png' },
    });
    expect(retried.id).not.toBe(failed.id);
    expect(await exists('grayscale/repaired.png')).toBe(true);
  });

  test('counts another attempt if nothing has changed', async () => {
    const failed = await addImage(api, 'same.png', Buffer.from('still not an image'));
    const response = await api.request(`${failed.links.self}/retry`, { method: 'POST' });
    expect(await response.json()).toMatchObject({ id: failed.id, status: 'failed', attempts: 2 });
  });

  test('reports that a source is gone', async () => {
    const image = await addImage(api, 'gone.png', await tinyPng(4));
    await api.parts.files.remove({ bucket: 'uploads', key: 'gone.png' });
    const response = await api.request(`${image.links.self}/retry`, { method: 'POST' });
    expect(await response.json()).toMatchObject({ status: 'skipped', code: 'SOURCE_GONE' });
  });

  test('is refused for a row that names no source', async () => {
    await api.database.query("INSERT INTO image_metadata (file_name) VALUES ('old.jpg')");
    const { images } = await list();
    const response = await api.request(`${images[0]?.links.self}/retry`, { method: 'POST' });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ code: 'NO_SUCH_FILE' });
  });
});

describe('removing', () => {
  test('deletes output and row, and keeps the source', async () => {
    const image = await addImage(api, 'away.png', await tinyPng(5));
    const response = await api.request(image.links.self, { method: 'DELETE' });
    expect(await response.json()).toEqual({ id: image.id, removed: ['output', 'row'] });
    expect(await exists('grayscale/away.png')).toBe(false);
    expect(await exists('away.png')).toBe(true);
    expect((await api.request(image.links.self)).status).toBe(404);
  });

  test('also deletes the source when asked', async () => {
    const image = await addImage(api, 'all.png', await tinyPng(6));
    const response = await api.request(`${image.links.self}?source=true`, { method: 'DELETE' });
    expect(await response.json()).toEqual({ id: image.id, removed: ['output', 'source', 'row'] });
    expect(await exists('all.png')).toBe(false);
  });

  test('keeps files that belong to a newer row', async () => {
    const older = await addImage(api, 'twice.png', await tinyPng(7));
    const newer = await addImage(api, 'twice.png', await tinyPng(8));
    expect(newer.id).not.toBe(older.id);
    const response = await api.request(`${older.links.self}?source=true`, { method: 'DELETE' });
    expect(await response.json()).toEqual({ id: older.id, removed: ['row'] });
    expect(await exists('twice.png')).toBe(true);
    expect(await exists('grayscale/twice.png')).toBe(true);
  });

  test('finds nothing the second time', async () => {
    const image = await addImage(api, 'once.png', await tinyPng(9));
    await api.request(image.links.self, { method: 'DELETE' });
    expect((await api.request(image.links.self, { method: 'DELETE' })).status).toBe(404);
  });
});
