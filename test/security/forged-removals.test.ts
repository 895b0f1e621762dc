// Forged removals: of any key they name, only outputs without a source are removed.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPipeline } from '../../src/app/open-pipeline.ts';
import { type PipelineParts, processBatch } from '../../src/pipeline/index.ts';
import { createRepair } from '../../src/reconcile/index.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import { eventBridgeEvent, minioEvent, s3Event } from '../../testing/events.ts';
import { memoryPipeline, tinyPng } from '../../testing/pipeline.ts';
import { addImage, startApi, type TestApi, testConfig } from '../../testing/server.ts';

const bucket = 'uploads';
const ours = { 'recipe-hash': 'x', 'processor-version': '1' };

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ ON_SOURCE_DELETED: 'delete' });
});
afterAll(() => api.close());

async function put(Key: string, Metadata: Record<string, string> = {}, Bucket = bucket) {
  const Body = await tinyPng(7);
  await api.store.s3.send(new PutObjectCommand({ Bucket, Key, Body, Metadata }));
}

async function isThere(Key: string, Bucket = bucket): Promise<boolean> {
  const head = api.store.s3.send(new HeadObjectCommand({ Bucket, Key }));
  return await head.then(
    () => true,
    () => false,
  );
}

const forgedEvents: [string, (key: string) => unknown][] = [
  ['S3', (key) => s3Event({ bucket, key, eventName: 'ObjectRemoved:Delete' })],
  ['MinIO', (key) => minioEvent({ bucket, key, eventName: 'ObjectRemoved:Delete' })],
  ['EventBridge', (key) => eventBridgeEvent({ bucket, key, detailType: 'Object Deleted' })],
];

describe.each(forgedEvents)('a forged removal in the form of %s', (name, eventOf) => {
  const send = async (key: string) =>
    await api.request('/v1/events', { method: 'POST', body: JSON.stringify(eventOf(key)) });

  test.each<[string, Record<string, string>]>([
    ['without metadata', {}],
    ['with half of an output’s metadata', { 'recipe-hash': 'x', 'source-etag': 'y' }],
    ['made from the source of another bucket', { ...ours, 'source-bucket': 'other' }],
  ])('keeps an object %s', async (_, metadata) => {
    const key = `notes-${name}.txt`;
    await put(`grayscale/${key}`, metadata);
    expect((await send(key)).status).toBe(200);
    expect(await isThere(`grayscale/${key}`)).toBe(true);
  });

  test('keeps an output whose source exists', async () => {
    const key = `there-${name}.png`;
    await addImage(api, key, await tinyPng(1));
    expect((await send(key)).status).toBe(200);
    expect(await isThere(`grayscale/${key}`)).toBe(true);
  });

  test.each([ours, { ...ours, 'source-bucket': bucket }])(
    'removes an output whose source is gone: %j',
    async (metadata) => {
      const key = `gone-${name}.png`;
      await put(`grayscale/${key}`, metadata);
      expect((await send(key)).status).toBe(200);
      expect(await isThere(`grayscale/${key}`)).toBe(false);
    },
  );
});

test('a removal in a bucket that does not exist removes nothing from another', async () => {
  const outputBucket = 'gray-outputs';
  await api.store.s3.send(new CreateBucketCommand({ Bucket: outputBucket }));
  await put('grayscale/kept.png', ours, outputBucket);
  const config = testConfig({
    ...api,
    env: { S3_BUCKET: '', OUTPUT_BUCKET: outputBucket, ON_SOURCE_DELETED: 'delete' },
  });
  const removal = { bucket: 'no-such-bucket', key: 'kept.png', isRemoval: true } as const;
  const { results } = await processBatch([removal], await openPipeline(config));
  expect(results).toMatchObject([{ error: { cause: { name: 'NoSuchBucket' } } }]);
  expect(await isThere('grayscale/kept.png', outputBucket)).toBe(true);
});

test('verify --delete-orphans keeps objects that are not outputs, even if a row names them', async () => {
  const { id } = await addImage(api, 'replaced.png', await tinyPng(2));
  await put('grayscale/replaced.png');
  await api.store.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'replaced.png' }));
  const repair = createRepair({
    bucket,
    destination: { groupSize: 1, submit: () => Promise.reject(new Error('Expected no uploads.')) },
    pipeline: api.parts.pipeline,
    deletesOrphans: true,
  });
  await repair.add({ kind: 'orphan', key: 'replaced.png', reason: 'its source is gone' });
  await repair.finish();
  expect(await isThere('grayscale/replaced.png')).toBe(true);
  expect((await api.request(`/v1/images/${id}`)).status).toBe(404);
});

describe('DELETE of a row', () => {
  test('keeps an object at the output’s key that is not marked as an output', async () => {
    const { id, links, source, recipe } = await addImage(api, 'unmarked.png', await tinyPng(3));
    const metadata = { 'source-etag': source.etag ?? '', 'recipe-hash': recipe?.hash ?? '' };
    await put('grayscale/unmarked.png', metadata);
    const response = await api.request(links.self, { method: 'DELETE' });
    expect(await response.json()).toEqual({ id, removed: ['row'] });
    expect(await isThere('grayscale/unmarked.png')).toBe(true);
  });

  test('keeps a source whose content the row does not name', async () => {
    const { id, links } = await addImage(api, 'unnamed.png', await tinyPng(4));
    await api.database.query('UPDATE image_metadata SET source_etag = NULL WHERE id = $1', [id]);
    await api.request(`${links.self}?source=true`, { method: 'DELETE' });
    expect(await isThere('unnamed.png')).toBe(true);
  });
});

test('a store without metadata, such as a folder, loses nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'grayscale-removals-'));
  try {
    await writeFile(join(folder, 'mine.txt'), 'mine');
    const { parts } = memoryPipeline({ onSourceDeleted: 'delete' });
    const fileParts: PipelineParts = {
      ...parts,
      store: createFileStore(),
      outputBucket: folder,
      outputPrefix: './',
    };
    const removal = { bucket: join(folder, 'sources'), key: 'mine.txt', isRemoval: true } as const;
    const { results } = await processBatch([removal], fileParts);
    expect(results).toMatchObject([{ outcome: { code: 'SOURCE_REMOVED' } }]);
    expect(await readdir(folder)).toEqual(['mine.txt']);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
