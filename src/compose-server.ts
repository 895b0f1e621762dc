import type { Notifications } from './adapters/postgres-notifications.ts';
import { composePipeline, composePostgres, composeS3, parseOptionsOf } from './compose.ts';
import { type Config, ConfigError } from './config.ts';
import { type GrayImage, type Recipe, toGrayscale } from './convert/index.ts';
import type { ParseOptions } from './events/index.ts';
import type { LedgerReader, ObjectFiles, PipelineParts } from './pipeline/index.ts';

/** What the server works with. */
export interface ServerParts {
  config: Config;
  /** Where uploads go. */
  bucket: string;
  pipeline: PipelineParts;
  parseOptions: ParseOptions;
  convert: (bytes: Uint8Array, recipe: Recipe) => Promise<GrayImage>;
  reader: LedgerReader;
  files: ObjectFiles;
  /** Migrations that the database lacks. */
  pendingMigrations(): Promise<string[]>;
  /** Calls back whenever some process wrote rows; needs a real PostgreSQL. */
  listen(wake: () => void): Promise<Notifications>;
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
  const [pipeline, client, { createS3Files }, { createPostgresReader }, migrations] =
    await Promise.all([
      composePipeline(config),
      // Bodies come and go at the pace of the server's clients.
      composeS3(config, { requestTimeoutMs: config.requestTimeoutSeconds * 1e3, socketTimeoutMs: 30_000 }),
      import('./adapters/s3-files.ts'),
      import('./adapters/postgres-reader.ts'),
      import('./adapters/migrate.ts'),
    ]);
  return {
    config,
    bucket,
    pipeline,
    parseOptions: parseOptionsOf(config),
    convert: (bytes, recipe) => toGrayscale(bytes, recipe, pipeline.limits),
    reader: createPostgresReader(postgres),
    files: createS3Files(client),
    pendingMigrations: () => migrations.pendingMigrations(postgres),
    async listen(wake) {
      const { listenToLedger } = await import('./adapters/postgres-notifications.ts');
      return listenToLedger(await composePostgres(config), wake);
    },
    async close() {
      client.destroy();
      await postgres.close();
    },
  };
}
