// Several uploads under one key, on the real ledger, which refuses the same row twice in a
// statement.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPostgresLedger } from '../../src/ledger/record.ts';
import { type ObjectStore, processBatch } from '../../src/pipeline/index.ts';
import { memoryPipeline, sourceObject, tinyPng, uploadOf } from '../../testing/pipeline.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';

const etagOf = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');
const key = 'a.png';
const announced = (more: Parameters<typeof uploadOf>[1]) => uploadOf(key, more);

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.query('TRUNCATE image_metadata'));

/** A store with one image under the key, as the version `versionId` if there is one. */
async function pipelineWith({ versionId }: { versionId?: string } = {}) {
  const ledger = createPostgresLedger(database, { processorVersion: 'test' });
  const { parts, store } = memoryPipeline({ ledger });
  const bytes = await tinyPng(200);
  await store.put(uploadOf(key), sourceObject(bytes));
  await store.put(uploadOf('sibling.png'), sourceObject(await tinyPng(1)));
  return {
    parts: { ...parts, store: versionId ? versioned(store, () => versionId) : store },
    etag: etagOf(bytes),
  };
}

function versioned(store: ObjectStore, versionId: () => string): ObjectStore {
  return {
    ...store,
    async read(ref, options) {
      const object = await store.read(ref, options);
      return object && { ...object, versionId: versionId() };
    },
    async head(ref) {
      const version = await store.head(ref);
      return version && { ...version, versionId: versionId() };
    },
  };
}

async function rowsOf(sourceKey: string) {
  const rows = await database.rows();
  return rows
    .filter((row) => row.source_key === sourceKey)
    .map((row) => [row.status, row.source_version ?? row.source_etag])
    .sort();
}

describe('the row of a content', () => {
  const older = { etag: 'older', sequencer: '01', eventTime: new Date('2026-01-01T00:00:01Z') };
  const own = { sequencer: '02', eventTime: new Date('2026-01-01T00:00:02Z') };
  const other = { etag: 'other', sequencer: '03', eventTime: new Date('2026-01-01T00:00:03Z') };

  test('has the sequencer and the time of the event that announced it', async () => {
    const { parts, etag } = await pipelineWith();
    await processBatch([older, { etag, ...own }, other].map(announced), parts);
    const converted = (await database.rows()).filter(({ status }) => status === 'converted');
    expect(converted).toMatchObject([
      { source_etag: etag, sequencer: own.sequencer, event_time: own.eventTime },
    ]);
  });

  test('has those of the last event if none announced it', async () => {
    const { parts, etag } = await pipelineWith();
    await processBatch([older, other].map(announced), parts);
    const converted = (await database.rows()).filter(({ status }) => status === 'converted');
    expect(converted).toMatchObject([
      { source_etag: etag, sequencer: other.sequencer, event_time: other.eventTime },
    ]);
  });
});

describe('versions with the same ETag', () => {
  test('have a row each', async () => {
    const { parts, etag } = await pipelineWith({ versionId: 'v2' });
    await processBatch(
      [
        { versionId: 'v1', etag },
        { versionId: 'v2', etag },
      ].map(announced),
      parts,
    );
    expect(await rowsOf(key)).toEqual([
      ['converted', 'v2'],
      ['skipped', 'v1'],
    ]);
  });

  test('are distinguished when one replaces the other during a conversion', async () => {
    const { parts, etag } = await pipelineWith();
    let isReplaced = false;
    const store: ObjectStore = {
      ...versioned(parts.store, () => (isReplaced ? 'v2' : 'v1')),
      async put(ref, object) {
        await parts.store.put(ref, object);
        isReplaced = true;
      },
    };
    const { results } = await processBatch([announced({ versionId: 'v1', etag })], {
      ...parts,
      store,
    });
    expect(results).toMatchObject([{ outcome: { source: { versionId: 'v2' } } }]);
    expect(await rowsOf(key)).toEqual([
      ['converted', 'v2'],
      ['skipped', 'v1'],
    ]);
  });
});

describe('one batch', () => {
  test('writes one row for a superseded content, however often it was announced', async () => {
    const { parts, etag } = await pipelineWith();
    const { results } = await processBatch(
      ['older', 'older', etag, 'older'].map((one) => announced({ etag: one })),
      parts,
    );
    expect(results.every((result) => 'outcome' in result)).toBe(true);
    expect(await rowsOf(key)).toEqual([
      ['converted', etag],
      ['skipped', 'older'],
    ]);
    expect((await database.rows()).map(({ attempts }) => attempts)).toEqual([1, 1]);
  });

  // Both would be the row "x".
  test.each([
    ['two superseded contents', 'v9', [{ versionId: 'x' }, { etag: 'x' }]],
    ['the newest content and a superseded one', 'x', [{ etag: 'x' }]],
  ])('accepts a version and an ETag that look the same: %s', async (_, versionId, uploads) => {
    const { parts } = await pipelineWith({ versionId });
    const { results } = await processBatch(
      [...uploads.map(announced), uploadOf('sibling.png')],
      parts,
    );
    expect(results.filter((result) => 'error' in result)).toEqual([]);
    const expected = versionId === 'x' ? [] : [['skipped', 'x']];
    expect(await rowsOf(key)).toEqual([['converted', versionId], ...expected]);
    expect(await rowsOf('sibling.png')).toHaveLength(1);
  });
});
