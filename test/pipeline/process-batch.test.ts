import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { defaultLimits, toGrayscale } from '../../src/convert/index.ts';
import {
  createBudget,
  EntryRejectedError,
  type Ledger,
  type LedgerEntry,
  type ObjectStore,
  PermanentError,
  processBatch,
} from '../../src/pipeline/index.ts';
import { memoryPipeline, sourceObject, tinyPng, uploadOf } from '../../testing/pipeline.ts';

const etagOf = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

describe('processBatch', () => {
  test('stores the gray output under the prefix and writes a row', async () => {
    const { parts, store, ledger } = memoryPipeline();
    const bytes = await tinyPng(255);
    await store.put(uploadOf('a.png'), sourceObject(bytes));
    const upload = uploadOf('a.png', { etag: etagOf(bytes), eventTime: new Date(0) });

    const { results } = await processBatch([upload], { ...parts, now: () => Date.now() });

    expect(results).toMatchObject([{ outcome: { status: 'converted' } }]);
    const output = store.get(uploadOf('grayscale/a.png'));
    expect(output?.bytes).toEqual((await toGrayscale(bytes)).bytes);
    expect(output?.contentType).toBe('image/png');
    expect(output?.metadata).toMatchObject({
      'source-bucket': 'uploads',
      'source-etag': etagOf(bytes),
      recipe: 'rec601 png',
      'processor-version': 'test',
    });
    const [row] = ledger.rows();
    expect(row?.outcome).toMatchObject({ upload, output: uploadOf('grayscale/a.png') });
    const { stages } = row?.outcome ?? {};
    expect(Object.keys(stages ?? {}).sort()).toEqual(
      ['queue', 'fetch', 'decode', 'gray', 'encode', 'store', 'verify', 'record'].sort(),
    );
    expect(Object.values(stages ?? {}).every((ms) => ms >= 0)).toBe(true);
    const digits = Object.values(stages ?? {}).map((ms) => String(ms).split('.')[1]?.length ?? 0);
    expect(Math.max(...digits), 'digits after the point').toBeLessThanOrEqual(3);
  });

  test('writes outputs to another bucket if one is configured', async () => {
    const { parts, store } = memoryPipeline({ outputBucket: 'outputs' });
    await store.put(uploadOf('a.png'), sourceObject(await tinyPng(1)));
    await processBatch([uploadOf('a.png')], parts);
    expect(store.get({ bucket: 'outputs', key: 'grayscale/a.png' })).toBeDefined();
    expect(store.get(uploadOf('grayscale/a.png'))).toBeUndefined();
  });

  test.each([
    ['text', Buffer.from('hello'), 'UNSUPPORTED_FORMAT'],
    ['nothing', Buffer.alloc(0), 'EMPTY_OBJECT'],
    ['half an image', 'half', 'CORRUPT_IMAGE'],
    ['more bytes than allowed', Buffer.alloc(3_000, 1), 'FILE_TOO_LARGE'],
  ])('records %s as a failure and does not request a retry', async (_, content, code) => {
    const { parts, store, ledger } = memoryPipeline({
      limits: { ...defaultLimits, maxBytes: 2_000, maxPixels: 1e6, maxPages: 10 },
    });
    const png = await tinyPng(9);
    const bytes = content === 'half' ? png.subarray(0, png.length - 30) : (content as Buffer);
    await store.put(uploadOf('bad'), sourceObject(bytes));
    const { results } = await processBatch([uploadOf('bad')], parts);
    expect(results).toMatchObject([{ outcome: { status: 'failed', code } }]);
    expect(ledger.rows()).toMatchObject([{ outcome: { status: 'failed', code } }]);
    expect(store.get(uploadOf('grayscale/bad'))).toBeUndefined();
  });

  test('records an image that would not fit in memory as a failure', async () => {
    const { parts, store } = memoryPipeline({ memory: createBudget(10) });
    await store.put(uploadOf('big'), sourceObject(await tinyPng(1)));
    const { results } = await processBatch([uploadOf('big')], parts);
    expect(results).toMatchObject([{ outcome: { status: 'failed', code: 'IMAGE_TOO_LARGE' } }]);
  });

  test('records a source that must be restored before it is readable, with its content', async () => {
    const { parts, store, ledger } = memoryPipeline();
    const bytes = await tinyPng(1);
    await store.put(uploadOf('cold.png'), sourceObject(bytes));
    const archive: ObjectStore = {
      ...store,
      read: () => Promise.reject(new PermanentError('SOURCE_ARCHIVED', 'in an archive')),
    };
    const { results } = await processBatch([uploadOf('cold.png')], { ...parts, store: archive });
    const outcome = {
      status: 'failed',
      code: 'SOURCE_ARCHIVED',
      message: 'in an archive',
      source: { etag: etagOf(bytes), sizeBytes: bytes.byteLength },
    };
    expect(results).toMatchObject([{ outcome }]);
    expect(ledger.rows()).toMatchObject([{ outcome }]);
  });

  test('skips an upload whose source is gone', async () => {
    const { parts, ledger } = memoryPipeline();
    const { results } = await processBatch([uploadOf('gone', { etag: 'e' })], parts);
    expect(results).toMatchObject([{ outcome: { status: 'skipped', code: 'SOURCE_GONE' } }]);
    expect(ledger.rows()).toMatchObject([{ outcome: { source: { etag: 'e' } } }]);
  });

  test('skips an output of another deployment, and does not convert it again', async () => {
    const { parts, store, ledger } = memoryPipeline();
    const bytes = await tinyPng(1);
    const metadata = { 'recipe-hash': 'any', 'processor-version': '0.0.1' };
    await store.put(uploadOf('elsewhere/a.png'), { ...sourceObject(bytes), metadata });
    const { results } = await processBatch([uploadOf('elsewhere/a.png')], parts);
    const outcome = { status: 'skipped', code: 'OWN_OUTPUT', source: { etag: etagOf(bytes) } };
    expect(results).toMatchObject([{ outcome }]);
    expect(ledger.rows()).toMatchObject([{ outcome }]);
    expect(store.get(uploadOf('grayscale/elsewhere/a.png'))).toBeUndefined();
  });

  test.each(['recipe-hash', 'processor-version'])(
    'does not mistake a source for an output because of the metadata %s alone',
    async (name) => {
      const { parts, store } = memoryPipeline();
      const metadata = { [name]: 'of someone else' };
      await store.put(uploadOf('a.png'), { ...sourceObject(await tinyPng(1)), metadata });
      const { results } = await processBatch([uploadOf('a.png')], parts);
      expect(results).toMatchObject([{ outcome: { status: 'converted' } }]);
    },
  );

  test.each([
    ['the time since the event', -3_600_000, 3_600_000],
    ['no time when the clock of the event is ahead', 3_600_000, 0],
  ])('counts %s as waiting in the queue', async (_, offsetMs, expectedMs) => {
    const { parts, store } = memoryPipeline({ now: Date.now });
    await store.put(uploadOf('a.png'), sourceObject(await tinyPng(1)));
    const upload = uploadOf('a.png', { eventTime: new Date(Date.now() + offsetMs) });
    const { outcomes } = await processBatch([upload], parts);
    const queueMs = outcomes[0]?.stages.queue;
    expect(queueMs).toBeGreaterThanOrEqual(expectedMs);
    expect(queueMs).toBeLessThan(expectedMs + 60_000);
  });

  test('keeps a failed upload from affecting the others', async () => {
    const { parts, store, ledger } = memoryPipeline();
    await store.put(uploadOf('good'), sourceObject(await tinyPng(1)));
    await store.put(uploadOf('broken'), sourceObject(await tinyPng(2)));
    const cut = storeThatFailsFor(store, (key) => key === 'broken');
    const { results } = await processBatch([uploadOf('broken'), uploadOf('good')], {
      ...parts,
      store: cut,
    });
    expect(results[0]).toMatchObject({ error: { message: 'connection lost' } });
    expect(results[1]).toMatchObject({ outcome: { status: 'converted' } });
    expect(ledger.rows()).toHaveLength(1);
  });

  test('converts a key once however often it is in a batch', async () => {
    const { parts, store, ledger } = memoryPipeline();
    let puts = 0;
    const counting: ObjectStore = {
      ...store,
      put(ref, object) {
        puts++;
        return store.put(ref, object);
      },
    };
    await store.put(uploadOf('a.png'), sourceObject(await tinyPng(1)));
    const uploads = [uploadOf('a.png'), uploadOf('a.png'), uploadOf('a.png')];
    const { results } = await processBatch(uploads, { ...parts, store: counting });
    expect(results).toHaveLength(3);
    expect(puts).toBe(1);
    expect(ledger.rows()).toMatchObject([{ attempts: 1 }]);
  });

  test('writes a separate row for an upload that was overwritten before it was read', async () => {
    const { parts, store, ledger } = memoryPipeline();
    const newest = await tinyPng(2);
    await store.put(uploadOf('a.png'), sourceObject(newest));
    await processBatch([uploadOf('a.png', { etag: 'older' })], parts);
    expect(ledger.rows().map(({ outcome }) => [outcome.status, outcome.source.etag])).toEqual([
      ['converted', etagOf(newest)],
      ['skipped', 'older'],
    ]);
  });

  test('starts over when the source changes during its conversion', async () => {
    const { parts, store, ledger } = memoryPipeline();
    const [before, after] = [await tinyPng(10), await tinyPng(200)];
    await store.put(uploadOf('a.png'), sourceObject(before));
    let isFirst = true;
    const racing: ObjectStore = {
      ...store,
      async put(ref, object) {
        await store.put(ref, object);
        if (isFirst) await store.put(uploadOf('a.png'), sourceObject(after));
        isFirst = false;
      },
    };
    await processBatch([uploadOf('a.png')], { ...parts, store: racing });
    expect(store.get(uploadOf('grayscale/a.png'))?.bytes).toEqual((await toGrayscale(after)).bytes);
    expect(ledger.rows()).toMatchObject([{ outcome: { source: { etag: etagOf(after) } } }]);
  });

  test('returns a source that keeps changing to the queue', async () => {
    const { parts, store } = memoryPipeline();
    let round = 0;
    const changingStore: ObjectStore = {
      ...store,
      async head() {
        return { etag: `another-${round++}`, sizeBytes: 1, metadata: {} };
      },
    };
    await store.put(uploadOf('a.png'), sourceObject(await tinyPng(1)));
    const { results } = await processBatch([uploadOf('a.png')], { ...parts, store: changingStore });
    expect(results).toMatchObject([{ error: { name: 'SourceUnsettledError' } }]);
  });

  test('keeps the output and requests a retry when the row cannot be written', async () => {
    const { parts, store, ledger } = memoryPipeline();
    await store.put(uploadOf('a.png'), sourceObject(await tinyPng(1)));
    const down: Ledger = {
      ...ledger,
      record: () => Promise.reject(new Error('database down')),
    };
    const { results, outcomes } = await processBatch([uploadOf('a.png')], {
      ...parts,
      ledger: down,
    });
    expect(results).toMatchObject([{ error: { message: 'database down' } }]);
    expect(outcomes).toEqual([]);

    await processBatch([uploadOf('a.png')], parts);
    expect(ledger.rows()).toMatchObject([{ outcome: { status: 'converted' }, attempts: 1 }]);
  });

  test('keeps an entry that the ledger never accepts from affecting the others', async () => {
    const { parts, store, ledger } = memoryPipeline();
    for (const key of ['good', 'poison'])
      await store.put(uploadOf(key), sourceObject(await tinyPng(1)));
    const strict: Ledger = {
      ...ledger,
      async record(entries: LedgerEntry[]) {
        if (entries.some(({ outcome }) => outcome.upload.key === 'poison')) {
          throw new EntryRejectedError();
        }
        await ledger.record(entries);
      },
    };
    const { results } = await processBatch([uploadOf('poison'), uploadOf('good')], {
      ...parts,
      ledger: strict,
    });
    expect(results).toMatchObject([
      { error: { name: 'EntryRejectedError' } },
      { outcome: { status: 'converted' } },
    ]);
    expect(ledger.rows()).toHaveLength(1);
  });

  test('records an output that the store never accepts as a failure', async () => {
    const { parts, store } = memoryPipeline();
    await store.put(uploadOf('a'), sourceObject(await tinyPng(1)));
    const full: ObjectStore = {
      ...store,
      put: () => Promise.reject(new PermanentError('OUTPUT_KEY_TOO_LONG', 'too long')),
    };
    const { results } = await processBatch([uploadOf('a')], { ...parts, store: full });
    expect(results).toMatchObject([{ outcome: { status: 'failed', code: 'OUTPUT_KEY_TOO_LONG' } }]);
  });

  test('has nothing to do, and no row to write, for an empty batch', async () => {
    const { parts } = memoryPipeline({
      ledger: {
        record: () => Promise.reject(new Error('asked')),
        remove: () => Promise.reject(new Error('asked')),
      },
    });
    expect(await processBatch([], parts)).toEqual({ results: [], outcomes: [], unrecorded: [] });
  });
});

function storeThatFailsFor(store: ObjectStore, fails: (key: string) => boolean): ObjectStore {
  return {
    ...store,
    async read(ref, options) {
      if (fails(ref.key)) throw new Error('connection lost');
      return await store.read(ref, options);
    },
  };
}
