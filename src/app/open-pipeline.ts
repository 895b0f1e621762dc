import { type Config, readTraceId, recipeOf } from '../config/index.ts';
import { tuneSharp } from '../convert/load-sharp.ts';
import { createInlineConverter } from '../isolation/inline-converter.ts';
import {
  type Converter,
  createBudget,
  type Ledger,
  type ObjectStore,
  type PipelineParts,
} from '../pipeline/index.ts';
import { version } from '../version.ts';
import { limitsWithin, memoryBudgetBytes } from './open-converter.ts';
import { openPostgres } from './open-postgres.ts';
import { openS3Access } from './open-s3.ts';

// Each command loads only what it needs: loading the PostgreSQL driver takes longer than
// converting a small image.

/** The parts that turn uploads into outputs and rows, and a function that closes them. */
export interface OpenPipeline extends PipelineParts {
  close(): Promise<void>;
}

/**
 * Opens the pipeline on S3 and PostgreSQL. Connects on the first upload. Converts in this process
 * unless a converter is passed; the pipeline then owns it. Throws `ConfigError` without a database.
 */
export async function openPipeline(
  config: Config,
  converter: Converter = createInlineConverter(),
): Promise<OpenPipeline> {
  const [s3, postgres, { createS3Store }, { createPostgresLedger }] = await Promise.all([
    openS3Access(config),
    openPostgres(config),
    import('../storage/s3-store.ts'),
    import('../ledger/record.ts'),
  ]);
  const store = createS3Store(s3, {
    traceId: readTraceId,
    storageClass: config.storage.outputStorageClass,
  });
  const ledger = createPostgresLedger(postgres, { processorVersion: version });
  return {
    ...createPipeline(config, { store, ledger, converter }),
    async close() {
      await converter.close();
      s3.close();
      await postgres.close();
    },
  };
}

/** Creates the pipeline from ports that are already open. */
export function createPipeline(
  config: Config,
  ports: { store: ObjectStore; ledger: Ledger; converter: Converter },
): PipelineParts {
  tuneSharp();
  const memoryBytes = memoryBudgetBytes(config);
  return {
    ...ports,
    now: () => performance.timeOrigin + performance.now(),
    recipe: recipeOf(config),
    limits: limitsWithin(config, (memoryBytes * 3) / 4),
    slots: createBudget(config.capacity.concurrency),
    transfers: createBudget(memoryBytes / 4),
    memory: createBudget((memoryBytes * 3) / 4),
    outputBucket: config.storage.outputBucket,
    outputPrefix: config.storage.outputPrefix,
    onSourceDeleted: config.storage.onSourceDeleted,
    outputCarry: config.storage.outputCarry,
    processorVersion: version,
  };
}
