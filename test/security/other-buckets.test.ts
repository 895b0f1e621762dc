// Two deployments on one ledger: a server, and a command with S3_BUCKET, access only their own
// bucket.
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Image, ImageList } from '../../src/server/api/schemas.ts';
import { runCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';
import { addImage, read, serverEnvironment, startApi, type TestApi } from '../../testing/server.ts';

const other = 'other-bucket';
const image = await tinyPng(8);

let api: TestApi;
let foreign: Image;
beforeAll(async () => {
  api = await startApi();
  await api.store.s3.send(new CreateBucketCommand({ Bucket: other }));
});
afterAll(() => api.close());

/** A row whose files are in these buckets, and the files themselves with their metadata. */
async function rowIn({ source, output }: { source: string; output: string }): Promise<Image> {
  await api.database.query('TRUNCATE image_metadata');
  const { id } = await addImage(api, 'a.png', image);
  const found = await api.parts.files.head({ bucket: 'uploads', key: 'grayscale/a.png' });
  for (const [Bucket, Key] of [
    [source, 'a.png'],
    [output, 'grayscale/a.png'],
  ] as const) {
    const Metadata = Key === 'a.png' ? {} : found?.metadata;
    await api.store.s3.send(new PutObjectCommand({ Bucket, Key, Body: image, Metadata }));
  }
  await api.database.query(
    'UPDATE image_metadata SET source_bucket = $2, output_bucket = $3 WHERE id = $1',
    [id, source, output],
  );
  return await read<Image>(await api.request(`/v1/images/${id}`));
}

async function isThere(Bucket: string, Key: string): Promise<boolean> {
  const head = api.store.s3.send(new HeadObjectCommand({ Bucket, Key }));
  return await head.then(
    () => true,
    () => false,
  );
}

const requests: [string, string, string][] = [
  ['GET', '/gray', 'output'],
  ['HEAD', '/gray', 'output'],
  ['GET', '/gray?width=16', 'output'],
  ['DELETE', '', 'output'],
  ['DELETE', '?source=true', 'output'],
  ['GET', '/source', 'source'],
  ['HEAD', '/source', 'source'],
  ['POST', '/retry', 'source'],
];

describe('an image of another bucket', () => {
  beforeEach(async () => {
    foreign = await rowIn({ source: other, output: other });
  });

  test.each(requests)('is refused by %s %s, and stays unchanged', async (method, path) => {
    const before = await api.database.rows();
    const response = await api.request(`/v1/images/${foreign.id}${path}`, { method });
    expect(response.status).toBe(403);
    if (method !== 'HEAD') expect(await response.json()).toMatchObject({ code: 'OTHER_BUCKET' });
    expect(await isThere(other, 'a.png')).toBe(true);
    expect(await isThere(other, 'grayscale/a.png')).toBe(true);
    expect(await api.database.rows()).toEqual(before);
  });

  test('is shown in the ledger’s list, without links to its files', async () => {
    expect(foreign.links).toMatchObject({ source: null, gray: null, thumbnail: null });
    const { images } = await read<ImageList>(await api.request('/v1/images'));
    expect(images).toEqual([foreign]);
  });
});

describe('an image whose output is in another bucket', () => {
  beforeEach(async () => {
    foreign = await rowIn({ source: 'uploads', output: other });
  });

  test.each(requests.filter(([, , part]) => part === 'output'))(
    'is refused by %s %s',
    async (method, path) => {
      const response = await api.request(`/v1/images/${foreign.id}${path}`, { method });
      expect(response.status).toBe(403);
      expect(await isThere(other, 'grayscale/a.png')).toBe(true);
      expect(await api.database.rows()).toHaveLength(1);
    },
  );

  test('has its source', async () => {
    expect(foreign.links).toMatchObject({ source: expect.any(String), gray: null });
    expect((await api.request(`/v1/images/${foreign.id}/source`)).status).toBe(200);
  });
});

describe('a command with S3_BUCKET', () => {
  const run = async (...args: string[]) => {
    const env = { ...serverEnvironment(api.store, api.database), S3_BUCKET: 'uploads' };
    return await runCli(args, { env });
  };

  test('retries no row of another bucket', async () => {
    await rowIn({ source: other, output: other });
    await api.database.query(
      "UPDATE image_metadata SET status = 'failed', code = 'CORRUPT_IMAGE', file_name = NULL",
    );
    const { exitCode, stdout } = await run('retry', '--failed');
    expect(stdout.toString()).toContain('No failures found.');
    expect(exitCode).toBe(0);
  });

  test.each([
    ['backfill', `s3://${other}/`],
    ['verify', `s3://${other}/`],
    ['serve', '--port', '0', '--poll', `s3://${other}/`],
  ])('%s refuses another bucket', async (...args) => {
    const { exitCode, stderr } = await run(...args);
    expect(stderr).toContain('S3_BUCKET');
    expect(exitCode).toBe(2);
  });
});
