import { type Config, recipeOf } from '../config/index.ts';
import { recipeHash } from '../convert/index.ts';
import type { ParseOptions } from '../events/index.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import type { Outcome, PipelineParts } from '../pipeline/index.ts';
import {
  createPipelineDestination,
  createQueueDestination,
  type Destination,
  type ForecastPrices,
} from '../reconcile/index.ts';
import type { LedgerSampler } from '../stats/index.ts';
import type { ObjectFiles } from '../storage/object-files.ts';
import { checkConfiguredBucket } from './check-settings.ts';
import { openConverter } from './open-converter.ts';
import { type OpenPipeline, openPipeline } from './open-pipeline.ts';
import { openPostgres } from './open-postgres.ts';
import { openQueue, queueKind } from './open-queue.ts';
import { openS3 } from './open-s3.ts';

/** The parts that `backfill`, `retry` and `verify` use to work on a whole bucket. */
export interface BucketParts {
  files: ObjectFiles;
  reader: LedgerReader;
  sampler: LedgerSampler;
  parseOptions: ParseOptions;
  recipeHash: string;
  prices: ForecastPrices;
  /** Where `openDestination` leads: the queue, or `this process`. */
  destinationName: string;
  /** Whether `openDestination` leads to the queue of functions. */
  usesFunctions: boolean;
  /** Opens the queue, or the pipeline if no queue is configured. */
  openDestination(options: { onOutcome: (outcome: Outcome) => void }): Promise<Destination>;
  /** Opens the pipeline of this process; later calls return the same one. */
  openPipeline(): Promise<PipelineParts>;
  close(): Promise<void>;
}

/** Opens the parts for one bucket, or for all configured buckets. Throws `ConfigError`. */
export async function openBucket(
  config: Config,
  bucket = config.storage.bucket,
): Promise<BucketParts> {
  const { storage } = config;
  checkConfiguredBucket(config, bucket);
  const destinationName = destinationNameOf(config);
  const [postgres, client, adapters] = await Promise.all([
    openPostgres(config),
    openS3(config),
    loadAdapters(),
  ]);
  const closers: (() => unknown)[] = [() => client.destroy(), () => postgres.close()];
  let pipeline: Promise<OpenPipeline> | undefined;
  const openPipelineOnce = () => {
    pipeline ??= openLocalPipeline(config, closers);
    return pipeline;
  };
  return {
    files: adapters.createS3Files(client),
    reader: adapters.createPostgresReader(postgres),
    sampler: adapters.createPostgresSampler(postgres),
    parseOptions: { ...storage, ...(bucket !== undefined && { bucket }) },
    recipeHash: recipeHash(recipeOf(config)),
    prices: config.prices,
    destinationName,
    usesFunctions: queueKind(config) === 'sqs',
    openPipeline: openPipelineOnce,
    async openDestination(options) {
      const queue = await openQueue(config);
      if (queue === undefined) {
        return createPipelineDestination(await openPipelineOnce(), options);
      }
      closers.push(queue.close);
      return createQueueDestination(queue);
    },
    async close() {
      for (const close of closers.toReversed()) await close();
    },
  };
}

function destinationNameOf(config: Config): string {
  const kind = queueKind(config);
  if (kind === undefined) return 'this process';
  return kind === 'postgres' ? 'the queue in PostgreSQL' : (config.queue.url as string);
}

/** Has its own connections, so that a page of the ledger can be read while rows are recorded. */
async function openLocalPipeline(
  config: Config,
  closers: (() => unknown)[],
): Promise<OpenPipeline> {
  const pipeline = await openPipeline(config, await openConverter(Number.POSITIVE_INFINITY));
  closers.push(pipeline.close);
  return pipeline;
}

async function loadAdapters() {
  const [files, reader, sampler] = await Promise.all([
    import('../storage/s3-files.ts'),
    import('../ledger/read.ts'),
    import('../ledger/sample.ts'),
  ]);
  return { ...files, ...reader, ...sampler };
}
