import type { Config } from '../config/index.ts';
import type { ParseOptions } from '../events/index.ts';
import type { ConnectionCounts } from '../ledger/connect.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { Notifications } from '../ledger/notify.ts';
import type { PipelineParts } from '../pipeline/index.ts';
import type { UploadQueue } from '../queue/upload-queue.ts';
import type { ObjectFiles } from '../storage/object-files.ts';
import { version } from '../version.ts';
import { checkBucket } from './check-settings.ts';
import { openProcessConverter } from './open-converter.ts';
import { createPipeline } from './open-pipeline.ts';
import { openPostgres } from './open-postgres.ts';
import { openQueue } from './open-queue.ts';
import { openS3, openS3Access } from './open-s3.ts';

/** The parts that the server uses. */
export interface ServerParts {
  config: Config;
  /** The bucket that uploads are stored in. */
  bucket: string;
  pipeline: PipelineParts;
  parseOptions: ParseOptions;
  reader: LedgerReader;
  files: ObjectFiles;
  /** Where uploads wait for workers; without it, this process converts them. */
  queue: UploadQueue | undefined;
  /** Does work unless another process does work of this name; returns whether it did. */
  runExclusively(name: string, work: () => Promise<void>): Promise<boolean>;
  countConnections(): ConnectionCounts;
  /** Migrations that the database lacks. */
  pendingMigrations(): Promise<string[]>;
  /** Calls `wake` whenever any process writes rows. Requires a PostgreSQL server. */
  listen(wake: () => void): Promise<Notifications>;
  /** Prepares the first conversion. */
  warmUp(): void;
  close(): Promise<void>;
}

/** Queries, recording and health checks share the connections; a batch of any size uses one. */
const maxConnections = 8;

/** Opens the parts of the server. Connects to nothing before the first request. Throws `ConfigError`. */
export async function openServer(config: Config): Promise<ServerParts> {
  const bucket = checkBucket(config);
  const postgres = await openPostgres(config, { maxConnections });
  // The server's clients set the pace at which bodies are sent and received.
  const requestTimeoutMs = config.server.requestTimeoutSeconds * 1e3;
  const [converter, s3, filesClient, adapters] = await Promise.all([
    openProcessConverter({
      maxProcesses: Number.POSITIVE_INFINITY,
      niceness: config.server.conversionNiceness,
    }),
    openS3Access(config),
    openS3(config, {
      requestTimeoutMs,
      // A client that pauses mid-file also stalls this connection. The server watches for slow
      // clients.
      socketTimeoutMs: 120_000,
      // Enough for all concurrent uploads and downloads, and as many short requests again.
      maxSockets: 256,
      logger: silent,
    }),
    loadAdapters(),
  ]);
  const queue = await openQueue(config);
  const ledger = adapters.createPostgresLedger(postgres, { processorVersion: version });
  const store = adapters.createS3Store(s3, {
    storageClass: config.storage.outputStorageClass,
  });
  return {
    config,
    bucket,
    pipeline: createPipeline(config, { store, ledger, converter }),
    parseOptions: config.storage,
    reader: adapters.createPostgresReader(postgres),
    files: adapters.createS3Files(filesClient),
    queue,
    runExclusively: (name, work) => adapters.runExclusively(postgres, name, work),
    countConnections: () => postgres.countConnections(),
    pendingMigrations: () => adapters.pendingMigrations(postgres),
    async listen(wake) {
      return adapters.listenToLedger(await openPostgres(config), wake);
    },
    warmUp: () => converter.warmUp(),
    async close() {
      await converter.close();
      await queue?.close();
      s3.close();
      filesClient.destroy();
      await postgres.close();
    },
  };
}

/** Without it, the SDK would log a warning for each client that disconnects during an upload. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

async function loadAdapters() {
  const [ledger, reader, store, files, migrations, exclusive, notifications] = await Promise.all([
    import('../ledger/record.ts'),
    import('../ledger/read.ts'),
    import('../storage/s3-store.ts'),
    import('../storage/s3-files.ts'),
    import('../ledger/migrate.ts'),
    import('../ledger/exclusive.ts'),
    import('../ledger/notify.ts'),
  ]);
  return {
    ...{ ...ledger, ...reader, ...store, ...files, ...migrations, ...exclusive },
    ...notifications,
  };
}
