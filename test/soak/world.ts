import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { environmentWith } from '../../src/config/index.ts';
import { connectPostgres, type Postgres } from '../../src/ledger/connect.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { type Child, startChild } from '../../src/sandbox/child.ts';
import {
  credentials,
  region,
  type StoreAndQueue,
  type StoreAndQueueOptions,
  startStoreAndQueue,
} from '../../src/sandbox/store-and-queue.ts';
import { type PostgresServer, startPostgres } from '../../testing/postgres-server.ts';
import { type HttpProxy, pathOf, startHttpProxy } from './http-proxy.ts';
import { prepareQueue } from './prepare-queue.ts';
import { type Server, startServer, stopServer } from './server.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';
import { memoryBudgetMb, requestTimeoutSeconds, workerLimits } from './test-images.ts';

/** The whole system, with faulty connections between its workers and their services. */
export interface World {
  store: StoreAndQueue;
  bucket: string;
  postgres: PostgresServer;
  /** The database without the proxy. */
  database: Postgres;
  /** The proxies from workers to S3: for connections, and for answers. */
  s3TcpProxy: TcpProxy;
  s3HttpProxy: HttpProxy;
  /** The proxy from workers and server to PostgreSQL. */
  databaseProxy: TcpProxy;
  workers: Child[];
  server: Server;
  /** The environment of workers and server. */
  env: Record<string, string>;
  /** The folder where workers and server may leave temporary files while they run. */
  temporaryFolder: string;
  /** Ends workers and server after they finish their current work. */
  stopWork(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldOptions {
  seed: number;
  workers: number;
  /** SQS with the function, or PostgreSQL with `grayscale work`. */
  queue: QueueKind;
  visibilityTimeoutSeconds: number;
  maxReceiveCount?: number;
  deliver?: StoreAndQueueOptions['deliver'];
  /** Called with each line that a worker writes. */
  onLine: (line: string) => void;
  /** Called when a worker exited or was killed. */
  onUnexpectedExit?: (code: number | null, signal: NodeJS.Signals | null) => void;
  /** Called with each message that a worker receives, and how often it was received so far. */
  onReceive?: (times: number) => void;
  /** Called with each key that a worker reads, before the answer. */
  onRead?: (key: string) => void;
}

export type QueueKind = 'sqs' | 'postgres';

const bucket = 'uploads';

export async function startWorld(options: WorldOptions): Promise<World> {
  const closers: (() => Promise<unknown>)[] = [];
  const opened = async <Part>(part: Promise<Part>, close: (part: Part) => Promise<unknown>) => {
    const started = await part;
    closers.push(() => close(started));
    return started;
  };
  async function close() {
    // A part that fails to close must not keep the others open.
    for (const closer of closers.splice(0).reverse()) await closer().catch(console.error);
  }

  try {
    const temporaryFolder = await opened(mkdtemp(join(tmpdir(), 'grayscale-soak-')), (folder) =>
      rm(folder, { recursive: true, force: true }),
    );
    const { visibilityTimeoutSeconds, maxReceiveCount, deliver } = options;
    const storeOptions = {
      ...{ port: 0, bucket, visibilityTimeoutSeconds },
      ...(maxReceiveCount !== undefined && { maxReceiveCount }),
      ...(deliver && { deliver }),
    };
    const [postgres, store] = await Promise.all([
      opened(startPostgres(), (server) => server.stop()),
      opened(startStoreAndQueue(storeOptions), (server) => server.close()),
    ]);
    const url = new URL(postgres.url);
    const database = await opened(connectDirectly(url), (client) => client.close());
    const target = store.endpoint;
    const [s3HttpProxy, queueProxy] = await Promise.all([
      opened(startHttpProxy({ target, seed: options.seed, onAnswer: reportRead }), (proxy) =>
        proxy.close(),
      ),
      opened(startHttpProxy({ target, seed: 0, onAnswer: countReceives }), (proxy) =>
        proxy.close(),
      ),
    ]);
    const [s3TcpProxy, databaseProxy] = await Promise.all([
      opened(startTcpProxy(s3HttpProxy.port), (proxy) => proxy.close()),
      opened(startTcpProxy(Number(url.port)), (proxy) => proxy.close()),
    ]);
    const env: Record<string, string> & { TMPDIR: string } = {
      ...worldEnvironment({ url, databaseProxy, s3TcpProxy, queueProxy, temporaryFolder }),
      ...(options.queue === 'postgres' && { QUEUE: 'postgres' }),
    };
    if (options.queue === 'postgres') await prepareQueue(database);
    await mkdir(env.TMPDIR, { recursive: true });
    const [server, ...workers] = await Promise.all([
      startServer(env),
      ...Array.from({ length: options.workers }, () => startWorker(store.queueUrl, env, options)),
    ]);
    const stopWork = async () => {
      await Promise.all([...workers.map((child) => child.stop()), stopServer(server)]);
    };
    closers.push(stopWork);
    return {
      ...{
        store,
        bucket,
        postgres,
        database,
        s3TcpProxy,
        s3HttpProxy,
        databaseProxy,
        workers,
        server,
      },
      ...{ env, temporaryFolder: env.TMPDIR, stopWork, close },
    };
  } catch (error) {
    await close();
    throw error;
  }

  function reportRead(received: IncomingMessage) {
    if (received.method === 'GET') options.onRead?.(pathOf(received).slice(bucket.length + 2));
  }

  function countReceives({ headers }: IncomingMessage, body: Buffer) {
    if (!String(headers['x-amz-target']).endsWith('.ReceiveMessage')) return;
    const { Messages = [] } = JSON.parse(body.toString()) as { Messages?: Received[] };
    for (const { Attributes } of Messages) {
      options.onReceive?.(Number(Attributes?.ApproximateReceiveCount ?? 1));
    }
  }
}

interface Received {
  Attributes?: { ApproximateReceiveCount?: string };
}

async function connectDirectly(url: URL): Promise<Postgres> {
  const database = connectPostgres({ url: url.href, ssl: 'disable', maxConnections: 1 });
  await migrate(database);
  return database;
}

interface Proxies {
  url: URL;
  databaseProxy: TcpProxy;
  s3TcpProxy: TcpProxy;
  queueProxy: HttpProxy;
  temporaryFolder: string;
}

function worldEnvironment({
  url,
  databaseProxy,
  s3TcpProxy,
  queueProxy,
  temporaryFolder,
}: Proxies) {
  const databaseUrl = new URL(url);
  databaseUrl.port = String(databaseProxy.port);
  databaseUrl.searchParams.set('sslmode', 'disable');
  return {
    S3_BUCKET: bucket,
    DATABASE_URL: databaseUrl.href,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${queueProxy.port}`,
    AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${s3TcpProxy.port}`,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    MAX_BYTES: String(workerLimits.maxBytes),
    MAX_PIXELS: String(workerLimits.maxPixels),
    MEMORY_BUDGET_MB: String(memoryBudgetMb),
    CONCURRENCY: '4',
    // Faults and checks share the machine with the conversions of the server.
    CONVERSION_NICENESS: '0',
    REQUEST_TIMEOUT_SECONDS: String(requestTimeoutSeconds),
    // The outcome of an image is read from the log.
    LOG_LEVEL: 'INFO',
    TMPDIR: join(temporaryFolder, 'tmp'),
  };
}

const workProcess = pathToFileURL(join(import.meta.dirname, 'work-process.ts'));
const clock = pathToFileURL(join(import.meta.dirname, 'shift-clock.ts'));

async function startWorker(
  queueUrl: string,
  env: Record<string, string>,
  { onLine, onUnexpectedExit, queue }: WorldOptions,
): Promise<Child> {
  return await startChild({
    ...(queue === 'postgres'
      ? { module: workProcess }
      : { module: 'function-process', args: [queueUrl] }),
    env: environmentWith({
      ...env,
      NODE_OPTIONS: `--import ${clock.href}`,
      AWS_PROFILE: undefined,
      AWS_SESSION_TOKEN: undefined,
      AWS_ENDPOINT_URL_SQS: undefined,
      OUTPUT_BUCKET: undefined,
    }),
    onLine,
    ...(onUnexpectedExit && { onUnexpectedExit }),
  });
}
