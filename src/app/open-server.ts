import { type Config, ConfigError } from '../config/index.ts';
import type { ParseOptions } from '../events/index.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { Notifications } from '../ledger/notify.ts';
import type { PipelineParts } from '../pipeline/index.ts';
import type { ObjectFiles } from '../storage/object-files.ts';
import { version } from '../version.ts';
import { composePipeline, composeProcesses, composeS3, parseOptionsOf } from './open-pipeline.ts';
import { composePostgres } from './open-postgres.ts';

/** What the server works with. */
export interface ServerParts {
  config: Config;
  /** Where uploads go. */
  bucket: string;
  pipeline: PipelineParts;
  parseOptions: ParseOptions;
  reader: LedgerReader;
  files: ObjectFiles;
  /** Migrations that the database lacks. */
  pendingMigrations(): Promise<string[]>;
  /** Calls back whenever some process wrote rows; needs a real PostgreSQL. */
  listen(wake: () => void): Promise<Notifications>;
  /** Makes ready for the first conversion. */
  warmUp(): void;
  close(): Promise<void>;
}

/** Pages, records and checks side by side; a batch of any size takes one. */
const maxConnections = 8;

/** The parts of the server. Nothing is connected to before the first request. Throws `ConfigError`. */
export async function composeServer(config: Config): Promise<ServerParts> {
  const { bucket } = config;
  if (bucket === undefined) {
    throw new ConfigError(['S3_BUCKET: expected the bucket of the uploads but it is not set']);
  }
  const postgres = await composePostgres(config, { maxConnections });
  // Bodies come and go at the pace of the server's clients.
  const requestTimeoutMs = config.requestTimeoutSeconds * 1e3;
  const [pipeline, converter, client, adapters] = await Promise.all([
    composePipeline(config),
    composeProcesses({
      most: Number.POSITIVE_INFINITY,
      niceness: config.conversionNiceness,
    }),
    composeS3(config, {
      requestTimeoutMs,
      // A client that pauses in mid-file silences this connection, too. Who is slow, the server watches.
      socketTimeoutMs: 120_000,
      // All uploads and files under way at the same time, and as many short requests again.
      maxSockets: 256,
      logger: silent,
    }),
    loadAdapters(),
  ]);
  const ledger = adapters.createPostgresLedger(postgres, { processorVersion: version });
  return {
    config,
    bucket,
    pipeline: { ...pipeline, converter, ledger },
    parseOptions: parseOptionsOf(config),
    reader: adapters.createPostgresReader(postgres),
    files: adapters.createS3Files(client),
    pendingMigrations: () => adapters.pendingMigrations(postgres),
    async listen(wake) {
      return adapters.listenToLedger(await composePostgres(config), wake);
    },
    warmUp: () => converter.warmUp(),
    async close() {
      await converter.close();
      client.destroy();
      await postgres.close();
    },
  };
}

/** The SDK would write a warning for each client that goes away in the middle of an upload. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

async function loadAdapters() {
  const [ledger, reader, files, migrations, notifications] = await Promise.all([
    import('../ledger/record.ts'),
    import('../ledger/read.ts'),
    import('../storage/s3-files.ts'),
    import('../ledger/migrate.ts'),
    import('../ledger/notify.ts'),
  ]);
  return { ...ledger, ...reader, ...files, ...migrations, ...notifications };
}
