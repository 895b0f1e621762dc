// Runs the function’s zip as Lambda does, on a real S3 and SQS server and a real PostgreSQL.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import type { SQSBatchResponse } from 'aws-lambda';
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import type { StoreAndQueue } from '../../src/sandbox/store-and-queue.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { type LambdaRuntime, startLambdaRuntime } from '../../testing/lambda-runtime.ts';
import { createDatabase, type TestDatabase } from '../../testing/postgres.ts';
import { drainQueue } from '../../testing/queue.ts';
import { startS3 } from '../../testing/s3.ts';
import { type Architecture, architectures } from '../../tools/package/contents.ts';
import { type FunctionPackage, packageFunction } from '../../tools/package/package-function.ts';

const here = process.arch as Architecture;
const elsewhere = architectures.find((arch) => arch !== here) as Architecture;

let folder: string;
const packages = {} as Record<Architecture, FunctionPackage>;
/** What the zips contain. */
const contents = {} as Record<Architecture, Record<string, Uint8Array>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grayscale-function-'));
  for (const arch of architectures) {
    packages[arch] = await packageFunction(arch, { folder });
    contents[arch] = unzipSync(await readFile(packages[arch].path));
    await unpack(arch);
  }
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Extracts the zip into an empty folder, where only its own node_modules are found. */
async function unpack(arch: Architecture): Promise<void> {
  for (const [name, bytes] of Object.entries(contents[arch])) {
    const path = join(folder, arch, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
}

describe('the package', () => {
  test('is the same byte for byte when it is built again in another time zone', async () => {
    const { TZ } = process.env;
    process.env.TZ = 'Pacific/Kiritimati';
    try {
      const again = await packageFunction(here, { folder: join(folder, 'again') });
      expect(again.sha256).toBe(packages[here].sha256);
    } finally {
      if (TZ === undefined) delete process.env.TZ;
      else process.env.TZ = TZ;
    }
  });

  test.each(architectures)('for %s contains binaries of that processor only', (arch) => {
    // e_machine: https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html
    const machines = { x64: 62, arm64: 183 };
    const binaries = Object.entries(contents[arch]).filter(([name]) =>
      /\.(node|so[.\d]*)$/.test(name),
    );
    expect(binaries).toHaveLength(2);
    for (const [, bytes] of binaries) {
      expect(Buffer.from(bytes.subarray(0, 4)).toString('latin1')).toBe('\x7fELF');
      expect(Buffer.from(bytes).readUInt16LE(18)).toBe(machines[arch]);
    }
  });

  test.each(architectures)('for %s lists its packages in an SBOM', (arch) => {
    const textOf = (name: string) => Buffer.from(contents[arch][name] ?? []).toString();
    const { components } = JSON.parse(textOf('sbom.cdx.json'));
    const names = components.map(({ name }: { name: string }) => name);
    const other = architectures.find((one) => one !== arch);
    expect(names).toEqual(
      expect.arrayContaining([
        ...['@aws-sdk/client-s3', 'pg', 'sharp', 'libheif-js', '@imagemagick/magick-wasm'],
        `@img/sharp-linux-${arch}`,
        `@img/sharp-libvips-linux-${arch}`,
      ]),
    );
    const unwanted = new RegExp(`^(hono|preact|vitest|@img/sharp-.*${other})$`);
    expect(names.filter((name: string) => unwanted.test(name))).toEqual([]);
    expect(textOf('THIRD-PARTY-LICENSES.txt')).toMatch(/^pg \d\S+ \(MIT\)$/m);
  });

  test.each(architectures)('for %s has no types, no tests and no development tools', (arch) => {
    const names = Object.keys(contents[arch]);
    const unwanted = /\.d\.[cm]?ts$|aws-cdk|fauxqs|pglite|typescript|vitest|(^|\/)test\//;
    expect(names.filter((name) => unwanted.test(name))).toEqual([]);
  });
});

describe('the function, alone in a folder', () => {
  let server: StoreAndQueue;
  let database: TestDatabase;
  let running: LambdaRuntime;
  let startedAt: number;

  beforeAll(async () => {
    [server, database] = await Promise.all([startS3(), createDatabase()]);
    startedAt = performance.now();
    running = await startLambdaRuntime({
      folder: join(folder, here),
      handler: 'index.handler',
      env: { AWS_ENDPOINT_URL: server.endpoint, DATABASE_URL: database.url, S3_BUCKET: 'uploads' },
    });
  });
  afterAll(async () => {
    await running?.stop();
    await Promise.all([server.close(), database.drop()]);
  });

  const upload = (key: string, body: Uint8Array) =>
    server.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: key, Body: body }));
  const handle = (event: unknown) => running.invoke(event) as Promise<SQSBatchResponse>;

  test('converts the objects announced in the queue, each by its decoder, and records them', async () => {
    const photo = await sharp('samples/dunes.jpg').toBuffer();
    const sources: Record<string, Buffer> = {
      'photo 1.jpg': photo,
      'phone.heic': await readFile('test/convert/fixtures/rgb-420.heic'),
      'new.jxl': await readFile('test/convert/fixtures/rgb.jxl'),
      'scan.jp2': await readFile('test/convert/fixtures/rgb.jp2'),
    };
    const announced = { bucket: 'uploads', key: 'photo 1.jpg', etag: '', versionId: undefined };
    const photoEvent = sqsEvent(s3Event(announced));
    for (const [key, bytes] of Object.entries(sources)) await upload(key, bytes);
    expect(await handle(photoEvent)).toEqual({ batchItemFailures: [] });
    const coldMs = Math.round(performance.now() - startedAt);
    // Notifications arrive at any time.
    await vi.waitUntil(async () => {
      await drainQueue(server, handle);
      return (await database.rows()).length === Object.keys(sources).length;
    }, 20_000);

    for (const [key, bytes] of Object.entries(sources)) {
      const stored = await server.s3.send(
        new GetObjectCommand({ Bucket: 'uploads', Key: `grayscale/${key}` }),
      );
      const expected = (await toGrayscale(bytes)).bytes;
      expect(md5(await stored.Body?.transformToByteArray())).toBe(md5(expected));
    }
    const rows = await database.rows();
    expect(rows.map(({ file_name, status }) => `${status} ${file_name}`).toSorted()).toEqual(
      Object.keys(sources)
        .map((key) => `converted grayscale/${key}`)
        .toSorted(),
    );

    const warmMs = await timed(() => handle(photoEvent));
    console.log(
      `The function on ${here}, ${photo.length} bytes of JPEG: first answer after ${coldMs} ms, later ones ${warmMs} ms.`,
    );
  });

  test('writes metrics in CloudWatch’s format, and its log as JSON', () => {
    const lines = running.log
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line));
    expect(lines.some(({ _aws }) => _aws?.CloudWatchMetrics[0].Namespace)).toBe(true);
    expect(lines.some(({ message, key }) => message === 'converted' && key === 'phone.heic')).toBe(
      true,
    );
  });
});

test('the migrations function, alone in a folder, creates the schema', async () => {
  const database = await createDatabase({ migrated: false });
  const running = await startLambdaRuntime({
    folder: join(folder, here),
    handler: 'index.migrate',
    env: { DATABASE_URL: database.url },
  });
  try {
    expect(await running.invoke({})).toEqual({
      applied: [
        '0001_image-metadata',
        '0002_ledger',
        '0003_views',
        '0004_api',
        '0005_lists-at-scale',
        '0006_output-checksum',
        '0007_lists-by-groups',
        '0008_fewer-indexes',
        '0009_colourfulness',
      ],
    });
    expect(await database.rows()).toEqual([]);
  } finally {
    await running.stop();
    await database.drop();
  }
});

test('a package for another processor fails with a one-sentence error', async () => {
  const running = await startLambdaRuntime({
    folder: join(folder, elsewhere),
    handler: 'index.handler',
    env: {},
  });
  try {
    const error = await running.invoke({}).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      name: 'WrongPlatformError',
      message: `Expected the image library for linux-${here} but this package contains the one for another platform. Set the architecture of the function to that of the package, or package it with \`npm run package -- --arch ${here}\`.`,
    });
    expect(error).toHaveProperty('trace.length', 1);
  } finally {
    await running.stop();
  }
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}

function md5(bytes: Uint8Array | undefined): string {
  return createHash('md5')
    .update(bytes ?? '')
    .digest('hex');
}
