import { type Config, ConfigError } from '../config/index.ts';
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
import {
  composeConverter,
  composePipeline,
  composeS3,
  parseOptionsOf,
  pricesOf,
  recipeOf,
} from './open-pipeline.ts';
import { composePostgres } from './open-postgres.ts';

/** What works on a whole bucket: `backfill`, and `retry` and `verify`, which put right what it would. */
export interface BucketParts {
  files: ObjectFiles;
  reader: LedgerReader;
  sampler: LedgerSampler;
  parseOptions: ParseOptions;
  recipeHash: string;
  prices: ForecastPrices;
  /** The queue's URL, or `this process`. */
  to: string;
  /** Opens the queue, or the pipeline where none is configured. */
  openDestination(options: { onOutcome: (outcome: Outcome) => void }): Promise<Destination>;
  /** What converts in this process, the same each time it is asked for. */
  openPipeline(): Promise<PipelineParts>;
  close(): Promise<void>;
}

/** The parts of work on one bucket, or on all that are configured. Throws `ConfigError`. */
export async function composeBucket(config: Config, bucket = config.bucket): Promise<BucketParts> {
  if (config.bucket !== undefined && config.bucket !== bucket) {
    throw new ConfigError([
      `S3_BUCKET: expected "${bucket}", or whoever converts refuses what lies there, but received "${config.bucket}"`,
    ]);
  }
  const [postgres, client, adapters] = await Promise.all([
    composePostgres(config),
    composeS3(config),
    loadAdapters(),
  ]);
  const closing: (() => unknown)[] = [() => client.destroy(), () => postgres.close()];
  let pipeline: Promise<PipelineParts> | undefined;
  const openPipeline = () => {
    pipeline ??= composeWork(config, closing);
    return pipeline;
  };
  return {
    files: adapters.createS3Files(client),
    reader: adapters.createPostgresReader(postgres),
    sampler: adapters.createPostgresSampler(postgres),
    parseOptions: { ...parseOptionsOf(config), ...(bucket !== undefined && { bucket }) },
    recipeHash: recipeHash(recipeOf(config)),
    prices: { ...pricesOf(config), ...servicePricesOf(config) },
    to: config.queueUrl ?? 'this process',
    openPipeline,
    async openDestination(options) {
      if (config.queueUrl === undefined) {
        return createPipelineDestination(await openPipeline(), options);
      }
      const { destination, close } = await openQueue(config, config.queueUrl);
      closing.push(close);
      return destination;
    },
    async close() {
      for (const close of closing.toReversed()) await close();
    },
  };
}

interface Opened {
  destination: Destination;
  close(): unknown;
}

async function openQueue(config: Config, queueUrl: string): Promise<Opened> {
  const { createSqsQueue } = await import('../queue/sqs-queue.ts');
  const isElsewhere = config.endpoint !== undefined;
  const queue = createSqsQueue({ queueUrl, region: config.region, isElsewhere });
  return { destination: createQueueDestination(queue), close: queue.close };
}

async function composeWork(config: Config, closing: (() => unknown)[]): Promise<PipelineParts> {
  const [pipeline, converter] = await Promise.all([
    composePipeline(config),
    composeConverter(Number.POSITIVE_INFINITY),
  ]);
  closing.push(converter.close);
  return { ...pipeline, converter };
}

function servicePricesOf({
  usdPerThousandReads,
  usdPerThousandWrites,
  usdPerMillionMessages,
}: Config) {
  return { usdPerThousandReads, usdPerThousandWrites, usdPerMillionMessages };
}

async function loadAdapters() {
  const [files, reader, sampler] = await Promise.all([
    import('../storage/s3-files.ts'),
    import('../ledger/read.ts'),
    import('../ledger/sample.ts'),
  ]);
  return { ...files, ...reader, ...sampler };
}
