import { availableParallelism } from 'node:os';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { type Config, ConfigError, harmlessEnvironment } from '../config/index.ts';
import {
  type Limits,
  type Recipe,
  type RecipeOptions,
  recipeOptions,
  resolveRecipe,
} from '../convert/index.ts';
import type { ParseOptions } from '../events/index.ts';
import { createInlineConverter } from '../isolation/inline-converter.ts';
import type { ProcessConverter } from '../isolation/process-converter.ts';
import {
  type Budget,
  type Converter,
  createBudget,
  type Ledger,
  type ObjectStore,
  type PipelineParts,
} from '../pipeline/index.ts';
import type { LambdaPrices, LedgerSampler } from '../stats/index.ts';
import { createFileStore, type FileStore } from '../storage/file-store.ts';
import { version } from '../version.ts';
import { composePostgres } from './open-postgres.ts';

// Only what a command needs is loaded: the S3 client and the PostgreSQL driver take longer to load
// than a small picture to convert. What both need is loaded side by side.

/**
 * The parts that turn uploads into outputs and rows, on S3 and PostgreSQL. Nothing is connected to
 * before the first upload. Throws `ConfigError` without a database.
 */
export async function composePipeline(config: Config): Promise<PipelineParts> {
  tuneSharp();
  const [store, ledger] = await Promise.all([openStore(config), openLedger(config)]);
  return {
    store,
    ledger,
    converter: createInlineConverter(),
    now: () => performance.timeOrigin + performance.now(),
    recipe: recipeOf(config),
    limits: limitsOf(config),
    places: createBudget(config.concurrency),
    transfers: createBudget(memoryBudgetBytes(config) / 4),
    memory: createBudget((memoryBudgetBytes(config) * 3) / 4),
    outputBucket: config.outputBucket,
    outputPrefix: config.outputPrefix,
    onSourceDeleted: config.onSourceDeleted,
    processorVersion: version,
  };
}

/**
 * Brings the configured database to the newest schema and names the migrations it took. Then
 * prepares the application's role, where one is configured.
 */
export async function composeMigration(config: Config): Promise<string[]> {
  if (config.applicationRole !== undefined && config.applicationRole === config.databaseUser) {
    throw new ConfigError([
      `DB_APPLICATION_ROLE: expected another role than DB_USER, whose rights it would lose, but received "${config.applicationRole}"`,
    ]);
  }
  const postgres = await composePostgres(config);
  try {
    const { migrate } = await import('../ledger/migrate.ts');
    const applied = await migrate(postgres);
    if (config.applicationRole !== undefined) {
      const { prepareApplicationRole } = await import('../ledger/application-role.ts');
      await prepareApplicationRole(postgres, config.applicationRole, {
        mayDelete: config.onSourceDeleted === 'delete',
      });
    }
    return applied;
  } finally {
    await postgres.close();
  }
}

/** What statistics are made of. */
export interface Statistics {
  sampler: LedgerSampler;
  prices: LambdaPrices;
  close(): Promise<void>;
}

/** Reads the configured database. Throws `ConfigError` without one. */
export async function composeStatistics(config: Config): Promise<Statistics> {
  const [{ createPostgresSampler }, postgres] = await Promise.all([
    import('../ledger/sample.ts'),
    composePostgres(config),
  ]);
  return {
    sampler: createPostgresSampler(postgres),
    prices: pricesOf(config),
    close: () => postgres.close(),
  };
}

/** What the function is paid with, for estimates of what work costs. */
export function pricesOf(config: Config): LambdaPrices {
  const { billedMemoryMb: memoryMb, usdPerGbSecond, usdPerMillionRequests, pricesAsOf } = config;
  return { memoryMb, usdPerGbSecond, usdPerMillionRequests, asOf: pricesAsOf };
}

/** What converting files takes, on all cores and within the configured memory. */
export interface FileConversion {
  store: FileStore;
  limits: Limits;
  memory: Budget;
}

export function composeFiles(config: Config): FileConversion {
  tuneSharp();
  return {
    store: createFileStore(),
    limits: limitsOf(config),
    memory: createBudget(memoryBudgetBytes(config)),
  };
}

/**
 * What converts files. A single one is converted here, as a process takes longer to start than most
 * pictures to convert; several are shared out to processes, one a core, of which each may crash.
 */
export async function composeConverter(pictures: number): Promise<Converter> {
  if (pictures === 1) return createInlineConverter();
  return await composeProcesses({ most: pictures });
}

/** Processes that convert: one a core, and no more than there is use for. */
export async function composeProcesses({
  most,
  ...options
}: {
  most: number;
  niceness?: number;
}): Promise<ProcessConverter> {
  const { createProcessConverter } = await import('../isolation/process-converter.ts');
  const processes = Math.min(most, availableParallelism());
  return createProcessConverter({ processes, env: harmlessEnvironment(), ...options });
}

/** The configured recipe, with what is given in its place. Throws `RecipeError`. */
export function recipeOf(config: Config, given: RecipeOptions = {}): Recipe {
  const names = Object.keys(recipeOptions) as (keyof Recipe)[];
  return resolveRecipe(
    Object.fromEntries(names.map((name) => [name, given[name] ?? config[name]])),
  );
}

/** What a conversion may take at most. */
export function limitsOf(config: Config): Limits {
  const { maxBytes, maxPixels, maxPages, maxConversionMs, maxOutputBytes } = config;
  return { maxBytes, maxPixels, maxPages, timeoutMs: maxConversionMs, maxOutputBytes };
}

/** How events are read: which bucket is ours, and which keys are our own outputs. */
export function parseOptionsOf(config: Config): ParseOptions {
  return {
    outputPrefix: config.outputPrefix,
    keyEncoding: config.eventKeyEncoding,
    onSourceDeleted: config.onSourceDeleted,
    ...(config.outputBucket !== undefined && { outputBucket: config.outputBucket }),
    ...(config.bucket !== undefined && { bucket: config.bucket }),
  };
}

async function openLedger(config: Config): Promise<Ledger> {
  const [{ createPostgresLedger }, postgres] = await Promise.all([
    import('../ledger/record.ts'),
    composePostgres(config),
  ]);
  return createPostgresLedger(postgres, { processorVersion: version });
}

async function openStore(config: Config): Promise<ObjectStore> {
  const [client, { createS3Store }] = await Promise.all([
    composeS3(config),
    import('../storage/s3-store.ts'),
  ]);
  return createS3Store(client);
}

export interface S3Transport {
  requestTimeoutMs?: number;
  socketTimeoutMs?: number;
  /** Connections; requests beyond that wait. */
  maxSockets?: number;
}

/** A client of the configured S3, which answers a request within a time. */
export async function composeS3(
  config: Config,
  {
    requestTimeoutMs = 60_000,
    socketTimeoutMs = 10_000,
    maxSockets = 50,
    ...options
  }: S3ClientConfig & S3Transport = {},
): Promise<S3Client> {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const isElsewhere = (config.s3Endpoint ?? config.endpoint) !== undefined;
  return new S3Client({
    maxAttempts: 3,
    requestHandler: {
      connectionTimeout: 3_000,
      socketTimeout: socketTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: { maxSockets },
      httpsAgent: { maxSockets },
    },
    // Other stores have neither AWS's host names for buckets nor, some of them, its checksums.
    ...(isElsewhere && {
      region: config.region ?? 'us-east-1',
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    ...options,
  });
}

function memoryBudgetBytes({ memoryBudgetMb, lambdaMemoryMb }: Config): number {
  const megabytes = memoryBudgetMb ?? (lambdaMemoryMb ? lambdaMemoryMb / 2 : 1_024);
  return megabytes * 2 ** 20;
}

/** Images run side by side, so each takes one thread; and no two are alike, so none is cached. */
function tuneSharp(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
