import type { Config } from '../config/index.ts';
import type { ParseOptions } from '../events/index.ts';
import type { PipelineParts } from '../pipeline/index.ts';
import type { WorkQueue } from '../queue/upload-queue.ts';
import type { ReadinessParts } from './check-readiness.ts';
import { openProcessConverter } from './open-converter.ts';
import { openPipeline } from './open-pipeline.ts';
import { openPostgres } from './open-postgres.ts';
import { openConfiguredQueue } from './open-queue.ts';
import { openS3 } from './open-s3.ts';

/** The parts that a worker uses. */
export interface WorkerParts {
  config: Config;
  queue: WorkQueue;
  pipeline: PipelineParts;
  parseOptions: ParseOptions;
  readiness: ReadinessParts;
  close(): Promise<void>;
}

const maxNiceness = 19;

/** Opens the parts of a worker. Connects to nothing before it is used. Throws `ConfigError`. */
export async function openWorker(
  config: Config,
  { onQueueError }: { onQueueError: (error: Error) => void },
): Promise<WorkerParts> {
  const queue = await openConfiguredQueue(config, { isWorker: true, onError: onQueueError });
  const [pipeline, postgres, client, adapters] = await Promise.all([
    openProcessConverter({
      maxProcesses: Number.POSITIVE_INFINITY,
      // Often, server and database run on the same machine.
      niceness: Math.min(maxNiceness, 2 * config.server.conversionNiceness),
    }).then((converter) => openPipeline(config, converter)),
    openPostgres(config),
    openS3(config, { requestTimeoutMs: 10_000 }),
    loadAdapters(),
  ]);
  return {
    ...{ config, queue, pipeline },
    parseOptions: config.storage,
    readiness: {
      pendingMigrations: () => adapters.pendingMigrations(postgres),
      reader: adapters.createPostgresReader(postgres),
      files: adapters.createS3Files(client),
      bucket: config.storage.bucket,
      queue,
    },
    async close() {
      await queue.close();
      await pipeline.close();
      client.destroy();
      await postgres.close();
    },
  };
}

async function loadAdapters() {
  const [reader, files, migrations] = await Promise.all([
    import('../ledger/read.ts'),
    import('../storage/s3-files.ts'),
    import('../ledger/migrate.ts'),
  ]);
  return { ...reader, ...files, ...migrations };
}
