import { openServer, type ServerParts } from '../src/app/open-server.ts';
import { readConfig } from '../src/config/index.ts';
import { createMetrics } from '../src/process/metrics.ts';
import type { StoreAndQueue } from '../src/sandbox/store-and-queue.ts';
import { credentials, region } from '../src/sandbox/store-and-queue.ts';
import type { Image, ImageList } from '../src/server/api/schemas.ts';
import { createApp } from '../src/server/app.ts';
import { createLiveFeed } from '../src/server/live-feed.ts';
import { createReporter } from '../src/server/reports/reporter.ts';
import type { Service } from '../src/server/service.ts';
import { defaultMinSpeed } from '../src/server/transfer/body-chunks.ts';
import { s3Event } from './events.ts';
import { createDatabase, type TestDatabase } from './postgres.ts';
import { startS3 } from './s3.ts';

/** The API on a real PostgreSQL and a real S3, called without a port. */
export interface TestApi {
  request(path: string, init?: RequestInit): Promise<Response>;
  parts: ServerParts;
  database: TestDatabase;
  store: StoreAndQueue;
  /** What the server logged. */
  logged: { level: string; message: string; fields: Record<string, unknown> }[];
  close(): Promise<void>;
}

export async function startApi(env: Record<string, string> = {}): Promise<TestApi> {
  const [store, database] = await Promise.all([startS3(), createDatabase()]);
  const parts = await openServer(testConfig({ store, database, env }));
  const logged: TestApi['logged'] = [];
  const log: Service['log'] = (level, message, fields = {}) =>
    logged.push({ level, message, fields });
  const feed = createLiveFeed({
    reader: parts.reader,
    onError: (error) => log('error', error.message),
  });
  const stopping = new AbortController();
  const reporter = createReporter(parts.config);
  const metrics = createMetrics();
  const app = createApp({
    ...{ parts, feed, metrics, reporter, log, minSpeed: defaultMinSpeed },
    stopping: stopping.signal,
  });
  return {
    request: async (path, init) => await app.request(path, init),
    parts,
    database,
    store,
    logged,
    async close() {
      stopping.abort();
      await feed.close();
      await reporter.close();
      await parts.close();
      await database.drop();
      await store.close();
    },
  };
}

/** The environment of a process that works on this store and database. */
export function serverEnvironment(store: StoreAndQueue, database: TestDatabase) {
  return {
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    DATABASE_URL: `${database.url}?sslmode=disable`,
  };
}

/**
 * The environment of a server on this store and database. The SDK reads the environment by itself.
 */
export function testConfig(options: {
  store: StoreAndQueue;
  database: TestDatabase;
  env?: Record<string, string>;
}) {
  const { store, database, env = {} } = options;
  const { DATABASE_URL, ...s3 } = serverEnvironment(store, database);
  Object.assign(process.env, s3);
  return readConfig({
    ...s3,
    DATABASE_URL,
    S3_BUCKET: 'uploads',
    // Tests share the machine with each other.
    CONVERSION_NICENESS: '0',
    ...env,
  });
}

/** Uploads an image and sends its event, as a store does. Returns its row as the API shows it. */
export async function addImage(api: TestApi, key: string, bytes: Uint8Array): Promise<Image> {
  const uploaded = await api.request(`/v1/uploads?key=${encodeURIComponent(key)}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { 'content-length': String(bytes.byteLength) },
  });
  const { outcome, etag } = (await uploaded.json()) as { outcome: string; etag: string };
  const object = { bucket: 'uploads', key, etag, sizeBytes: bytes.byteLength };
  const event = s3Event({ ...object, versionId: undefined, eventTime: new Date().toISOString() });
  await api.request('/v1/events', { method: 'POST', body: JSON.stringify(event) });
  const { images } = (await (await api.request(outcome)).json()) as ImageList;
  if (!images[0]) throw new Error(`Expected a row for ${key} but found none.`);
  return images[0];
}

/** The body of a response, parsed as a type of the API. */
export async function read<Document>(response: Response): Promise<Document> {
  return (await response.json()) as Document;
}
