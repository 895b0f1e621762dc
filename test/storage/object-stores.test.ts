import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import { accessBy } from '../../src/storage/s3-connection.ts';
import { createS3Store } from '../../src/storage/s3-store.ts';
import { createMemoryStore } from '../../testing/memory.ts';
import { startS3 } from '../../testing/s3.ts';
import { describeObjectStore } from './object-store.contract.ts';

const png = { contentType: 'image/png', metadata: {} };

describeObjectStore('memory', () => ({ store: createMemoryStore(), bucket: 'uploads' }));

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'grayscale-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  describeObjectStore('a folder', () => ({ store: createFileStore(), bucket: folder }));

  test.each(['../outside.png', '..', 'a/../../outside.png', '/etc/passwd', ''])(
    'refuses the key %j, which points outside of the bucket',
    async (key) => {
      const put = createFileStore().put(
        { bucket: folder, key },
        { ...png, bytes: Buffer.from('x') },
      );
      await expect(put).rejects.toThrow('Expected a path below');
    },
  );

  test('does not treat a folder next to the bucket as a part of it', async () => {
    const key = `../${folder.split('/').at(-1)}-secret/x`;
    const read = createFileStore().read({ bucket: folder, key }, { maxBytes: 1 });
    await expect(read).rejects.toThrow('Expected a path below');
  });

  test('creates a file only if there is none', async () => {
    const store = createFileStore();
    const ref = { bucket: folder, key: 'new/file.png' };
    expect(await store.create(ref, { bytes: Buffer.from('first') })).toBe(true);
    expect(await store.create(ref, { bytes: Buffer.from('second') })).toBe(false);
    expect(await readFile(join(folder, 'new/file.png'), 'utf8')).toBe('first');
  });

  test('creates a file once when several try at the same time', async () => {
    const store = createFileStore();
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        store.create({ bucket: folder, key: 'raced' }, { bytes: Buffer.alloc(1_000, i) }),
      ),
    );
    expect(made.filter(Boolean)).toHaveLength(1);
  });

  test('leaves nothing behind when it cannot create the file', async () => {
    const store = createFileStore();
    await writeFile(join(folder, 'taken'), '');
    const put = store.put(
      { bucket: folder, key: 'taken/below.png' },
      { ...png, bytes: Buffer.from('x') },
    );
    await expect(put).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['taken']);
  });

  test('accepts a name of the maximum length', async () => {
    const key = `${'n'.repeat(251)}.png`;
    await createFileStore().put({ bucket: folder, key }, { ...png, bytes: Buffer.from('x') });
    expect(await readdir(folder)).toEqual([key]);
  });
});

describe('S3', () => {
  let server: StoreAndQueue;
  beforeAll(async () => {
    server = await startS3();
  });
  afterAll(() => server.close());

  describeObjectStore('a real S3 server', () => ({
    store: createS3Store(accessBy(server.s3)),
    bucket: 'uploads',
  }));

  test('accepts keys of 1,024 bytes and paths with dots and double slashes', async () => {
    const store = createS3Store(accessBy(server.s3));
    for (const key of ['é'.repeat(512), '../up', './here', 'a//b', 'back\\slash', 'tab\there']) {
      await store.put({ bucket: 'uploads', key }, { ...png, bytes: Buffer.from(key) });
      const read = await store.read({ bucket: 'uploads', key }, { maxBytes: 2_000 });
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe(key);
    }
  });

  test('stores the content type and the source of an output', async () => {
    const ref = { bucket: 'uploads', key: 'grayscale/typed.png' };
    const metadata = { 'source-etag': 'abc', recipe: 'rec601 png' };
    await createS3Store(accessBy(server.s3)).put(ref, {
      bytes: Buffer.from('x'),
      contentType: 'image/png',
      metadata,
    });
    const head = await server.s3.send(new HeadObjectCommand({ Bucket: ref.bucket, Key: ref.key }));
    expect(head.ContentType).toBe('image/png');
    expect(head.Metadata).toEqual(metadata);
  });

  test('reports a missing bucket as an error and not as a missing object', async () => {
    const read = createS3Store(accessBy(server.s3)).read(
      { bucket: 'no-such-bucket', key: 'x' },
      { maxBytes: 1 },
    );
    await expect(read).rejects.toMatchObject({ cause: { name: 'NoSuchBucket' } });
  });

  test('sees an object that another client wrote in the meantime', async () => {
    const store = createS3Store(accessBy(server.s3));
    const ref = { bucket: 'uploads', key: 'changing' };
    await store.put(ref, { ...png, bytes: Buffer.from('before') });
    const read = await store.read(ref, { maxBytes: 100 });
    await server.s3.send(new PutObjectCommand({ Bucket: ref.bucket, Key: ref.key, Body: 'after' }));
    expect((await store.head(ref))?.etag).not.toBe(read?.etag);
  });
});
