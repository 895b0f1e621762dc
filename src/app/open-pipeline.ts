import type { Config } from '../config/index.ts';
import { recipeOf } from '../config/index.ts';
import { createInlineConverter } from '../isolation/inline-converter.ts';
import {
  type Converter,
  createBudget,
  type Ledger,
  type ObjectStore,
  type PipelineParts,
} from '../pipeline/index.ts';
import { version } from '../version.ts';
import { memoryBudgetBytes, tuneSharp } from './open-converter.ts';
import { openPostgres } from './open-postgres.ts';
import { openS3 } from './open-s3.ts';

// Only what a command needs is loaded: the S3 client and the PostgreSQL driver take longer to load
// than a small image to convert. What both need is loaded concurrently.

/** The parts that turn uploads into outputs and rows, and what closes them. */
export interface OpenPipeline extends PipelineParts {
  close(): Promise<void>;
}

/**
 * Opens the pipeline on S3 and PostgreSQL. Connects to nothing before the first upload. Converts in
 * this process, unless a converter is given, which then belongs to the pipeline. Throws `ConfigError`
 * without a database.
 */
export async function openPipeline(
  config: Config,
  converter: Converter = createInlineConverter(),
): Promise<OpenPipeline> {
  const [client, postgres, { createS3Store }, { createPostgresLedger }] = await Promise.all([
    openS3(config),
    openPostgres(config),
    import('../storage/s3-store.ts'),
    import('../ledger/record.ts'),
  ]);
  const store = createS3Store(client);
  const ledger = createPostgresLedger(postgres, { processorVersion: version });
  return {
    ...pipelineOf(config, { store, ledger, converter }),
    async close() {
      await converter.close();
      client.destroy();
      await postgres.close();
    },
  };
}

/** The pipeline on ports that are open already. */
export function pipelineOf(
  config: Config,
  ports: { store: ObjectStore; ledger: Ledger; converter: Converter },
): PipelineParts {
  tuneSharp();
  const memoryBytes = memoryBudgetBytes(config);
  return {
    ...ports,
    now: () => performance.timeOrigin + performance.now(),
    recipe: recipeOf(config),
    limits: config.limits,
    places: createBudget(config.capacity.concurrency),
    transfers: createBudget(memoryBytes / 4),
    memory: createBudget((memoryBytes * 3) / 4),
    outputBucket: config.storage.outputBucket,
    outputPrefix: config.storage.outputPrefix,
    onSourceDeleted: config.storage.onSourceDeleted,
    processorVersion: version,
  };
}
