import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrateDatabase } from '../app/migrate-database.ts';
import { type Config, environmentWith } from '../config/index.ts';
import { printFailure } from '../process/terminal.ts';
import { type Child, startChild } from './child.ts';
import { freePort } from './port.ts';
import { credentials, region, type StoreAndQueue, startStoreAndQueue } from './store-and-queue.ts';

/** The whole system on this machine. */
export interface Sandbox {
  store: StoreAndQueue;
  bucket: string;
  databaseUrl: string;
  /** The requested configuration, with the sandbox's own database. */
  config: Config;
  /** The parts in separate processes. */
  database: Child;
  functions: Child[];
  /** The API and the dashboard; undefined if not requested. */
  api: { url: string; child: Child } | undefined;
  /** Lets the function finish its work, then ends every part. */
  close(): Promise<void>;
}

/**
 * Longer than the function may take, but short enough that messages of a killed function are
 * redelivered soon.
 */
const defaultVisibilityTimeoutSeconds = 40;

interface SandboxOptions {
  withApi?: boolean;
  visibilityTimeoutSeconds?: number;
  signal?: AbortSignal;
  /** Keeps the database and the bucket, for the next start with this folder. */
  keepFolder?: string | undefined;
}

/**
 * Starts S3 and SQS in this process, PostgreSQL and the function in separate processes, which are
 * restarted when they die. `onLog` receives each line that they write.
 * Throws `PortInUseError`. Closes everything that was started if anything fails or `signal` is
 * aborted.
 */
export async function startSandbox(
  config: Config,
  onLog: (line: string) => void,
  {
    withApi = true,
    visibilityTimeoutSeconds = defaultVisibilityTimeoutSeconds,
    signal,
    keepFolder,
  }: SandboxOptions = {},
): Promise<Sandbox> {
  const bucket = config.storage.bucket ?? 'uploads';
  const storePort = await freePort(config.sandbox.storePort, 'SANDBOX_S3_PORT');
  const databasePort = await freePort(config.sandbox.databasePort, 'SANDBOX_DB_PORT');
  const apiPort = withApi ? await freePort(config.sandbox.apiPort, 'SANDBOX_API_PORT') : undefined;
  const databaseUrl = `postgresql://postgres:postgres@127.0.0.1:${databasePort}/${config.database.name}?sslmode=disable`;

  const closers: (() => Promise<unknown>)[] = [];
  async function close() {
    // A part that fails to close must not keep the rest open.
    for (const closer of closers.splice(0).reverse()) await closer().catch(printFailure);
  }

  try {
    const folder = keepFolder ?? (await mkdtemp(join(tmpdir(), 'grayscale-sandbox-')));
    if (keepFolder === undefined) {
      closers.push(() => rm(folder, { recursive: true, force: true }));
    } else {
      await mkdir(keepFolder, { recursive: true });
    }

    const database = await startChild({
      module: 'database-process',
      args: [join(folder, 'postgres'), String(databasePort)],
      env: environmentWith({}),
      onLine: onLog,
      signal,
    });
    closers.push(() => database.stop());
    const sandboxConfig = { ...config, database: { ...config.database, url: databaseUrl } };
    await migrateDatabase(sandboxConfig);
    signal?.throwIfAborted();

    const store = await startStoreAndQueue({
      ...{ port: storePort, bucket, visibilityTimeoutSeconds },
      keepFolder: keepFolder && join(keepFolder, 'store'),
      announcesRemovals: config.storage.onSourceDeleted === 'delete',
    });
    closers.push(() => store.close());

    const part = { store, bucket, databaseUrl, signal };
    const api = apiPort === undefined ? undefined : await startApi({ ...part, apiPort, onLog });
    if (api) closers.push(() => api.child.stop());

    const onFunctionLog = (line: string) => {
      onLog(line);
      api?.child.send(line);
    };
    const starting = Array.from({ length: config.sandbox.workers }, async () => {
      const child = await startFunction({ ...part, onLog: onFunctionLog });
      closers.push(() => child.stop());
      return child;
    });
    // If one fails, the others are closed too, so their start must have finished.
    await Promise.allSettled(starting);
    const functions = await Promise.all(starting);

    return { store, bucket, databaseUrl, config: sandboxConfig, database, functions, api, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Variables of the shell that would let a part reach outside the sandbox. */
const unsetVariables = {
  AWS_PROFILE: undefined,
  AWS_SESSION_TOKEN: undefined,
  AWS_ENDPOINT_URL_S3: undefined,
  AWS_ENDPOINT_URL_SQS: undefined,
  OUTPUT_BUCKET: undefined,
  QUEUE: undefined,
  QUEUE_URL: undefined,
};

interface PartOptions {
  store: StoreAndQueue;
  bucket: string;
  databaseUrl: string;
  onLog: (line: string) => void;
  signal: AbortSignal | undefined;
}

async function startFunction({ onLog, signal, ...part }: PartOptions): Promise<Child> {
  return await startChild({
    module: 'function-process',
    args: [part.store.queueUrl],
    env: partEnvironment(part),
    onLine: onLog,
    signal,
  });
}

async function startApi({ apiPort, onLog, signal, ...part }: PartOptions & { apiPort: number }) {
  const serverVariables = { HOST: '127.0.0.1', PORT: String(apiPort), API_TOKEN: undefined };
  const child = await startChild({
    module: 'api-process',
    env: { ...partEnvironment(part), ...serverVariables, EVENTS_TOKEN: undefined },
    onLine: onLog,
    signal,
  });
  return { url: `http://127.0.0.1:${apiPort}`, child };
}

function partEnvironment({ store, bucket, databaseUrl }: Omit<PartOptions, 'onLog' | 'signal'>) {
  return environmentWith({
    S3_BUCKET: bucket,
    DATABASE_URL: databaseUrl,
    AWS_ENDPOINT_URL: store.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    // Outcomes are read from the log.
    LOG_LEVEL: 'INFO',
    ...unsetVariables,
  });
}
