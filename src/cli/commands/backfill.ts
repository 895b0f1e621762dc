import { Command, Option } from 'commander';
import { findBucketProblems } from '../../app/find-problems.ts';
import { type BucketParts, openBucket } from '../../app/open-bucket.ts';
import { type Config, readConfig } from '../../config/index.ts';
import { print, printable, printError } from '../../process/terminal.ts';
import {
  type BackfillResult,
  backfill,
  batchJobCommands,
  CheckpointError,
  type Choice,
  choices,
  openCheckpoint,
  type S3Location,
} from '../../reconcile/index.ts';
import { sampleRows } from '../../stats/index.ts';
import type { ExitCode } from '../exit-code.ts';
import { parsePlace, parseRate, parseSince } from '../option-values.ts';
import { startProgress } from '../output/backfill-progress.ts';
import { countsText, forecastText, outcomesText } from '../output/backfill-text.ts';
import { printFailedOutcome } from '../output/print-failed-outcome.ts';
import { untilStopped } from '../stop-signal.ts';

interface Options {
  dryRun?: boolean;
  job?: boolean;
  since?: string;
  only: Choice;
  rate?: number;
  checkpoint: string;
}

/** `grayscale backfill` */
export function backfillCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('backfill')
    .description('Convert existing objects whose output is missing or outdated.')
    .argument(
      '<s3://bucket/prefix>',
      'bucket, with an optional prefix, of the existing objects',
      parsePlace,
    )
    .option('--dry-run', 'only report the number of objects, the estimated time and the cost')
    .option(
      '--since <when>',
      'only objects newer than an age (24h, 7d) or written since a time (2026-01-31)',
    )
    .addOption(
      new Option(
        '--only <state>',
        'only objects in this state. missing: no row; stale: content or recipe has changed',
      )
        .choices(Object.keys(choices))
        .default('all'),
    )
    .option('--rate <number>', 'maximum objects per second', parseRate)
    .option('--checkpoint <file>', 'file that stores the progress', 'grayscale-backfill.json')
    .option('--job', 'only print the S3 Batch Operations job that converts all objects')
    .addHelpText(
      'after',
      `
With QUEUE or QUEUE_URL, objects are sent to that queue, and its workers convert them; without it,
they are converted in this process. Requires a database (DATABASE_URL, or DB_HOST and the other DB_ variables)
and the AWS SDK's variables. Uses the configured recipe: set the same GRAY_ variables as the function.

Examples:
  grayscale backfill s3://uploads/ --dry-run
  QUEUE_URL=https://sqs... grayscale backfill s3://uploads/2025/ --rate 200
  grayscale backfill s3://uploads/ --only failed --since 7d

Exit code: 0 done, 1 stopped or some failed, 2 usage error.`,
    )
    .action(async (location: S3Location, options: Options) => {
      setExitCode(
        await run(
          location,
          options,
          readConfig(undefined, (read) =>
            options.job ? [] : findBucketProblems(read, location.bucket),
          ),
        ),
      );
    });
}

async function run(location: S3Location, options: Options, config: Config): Promise<ExitCode> {
  const sinceMs = options.since === undefined ? undefined : parseSince(options.since);
  if (options.job) {
    const { outputBucket = location.bucket, outputPrefix } = config.storage;
    print(batchJobCommands({ ...location, outputBucket, outputPrefix, sinceMs }));
    return 0;
  }
  const parts = await openBucket(config, location.bucket);
  try {
    const work = options.dryRun ? forecast : convert;
    return await untilStopped((signal) =>
      work({ location, options, config, parts, sinceMs, signal }),
    );
  } finally {
    await parts.close();
  }
}

/** A backfill that was stopped or failed; its lines say how to resume. */
class InterruptedError extends Error {
  readonly lines: string[];

  constructor(lines: string[], cause: Error) {
    super(lines.join('\n'), { cause });
    this.name = 'InterruptedError';
    this.lines = lines;
  }
}

interface Run {
  location: S3Location;
  options: Options;
  config: Config;
  parts: BucketParts;
  sinceMs: number | undefined;
  signal: AbortSignal;
}

async function forecast(run: Run): Promise<ExitCode> {
  const { parts, config, options, location } = run;
  const result = await runBackfill(run);
  print(countsText(result.counts));
  if (!result.isFinished) {
    printError('Stopped: the remaining objects were not counted.');
    return 1;
  }
  const untilMs = Date.now();
  const sample = await sampleRows(parts.sampler, { sinceMs: untilMs - forecastWindowMs, untilMs });
  const isQueued = parts.usesFunctions;
  const concurrency = isQueued ? config.queue.maxFunctions : config.capacity.concurrency;
  const { rate: ratePerSecond, only } = options;
  const { prices } = parts;
  const carriesTags = config.storage.outputCarry?.includes('tags');
  const terms = { prices, concurrency, ratePerSecond, carriesTags };
  print(forecastText(result.counts, { only, sample, isQueued, ...terms }));
  if (result.counts.current.objects + countChosen(result, only) >= manyObjects) {
    print(
      `\nFor this many objects, S3 can call the function directly: grayscale backfill ${printable(`s3://${location.bucket}/${location.prefix}`)} --job`,
    );
  }
  return 0;
}

/** Only timings of the last 30 days are used for the forecast. */
const forecastWindowMs = 30 * 86_400e3;
/** From this many objects on, listing and comparing takes hours. */
const manyObjects = 10_000_000;

function countChosen({ counts }: BackfillResult, only: Choice): number {
  return choices[only].reduce((sum, state) => sum + counts[state].objects, 0);
}

async function convert(run: Run): Promise<ExitCode> {
  const { parts, options } = run;
  const checkpoint = openCheckpoint(options.checkpoint);
  const destination = await parts.openDestination({ onOutcome: printFailedOutcome });
  const howToResume = printable(
    `Run the same command again to continue; "${checkpoint.path}" holds the progress.`,
  );
  const result = await runBackfill(run, { checkpoint, destination }).catch((error: unknown) => {
    if (!(error instanceof Error) || error instanceof CheckpointError) throw error;
    throw new InterruptedError([error.message, howToResume], error);
  });
  print(countsText(result.counts));
  print(outcomesText(result.outcomes));
  if (!result.isFinished) printError(`Stopped. ${howToResume}`);
  return result.isFinished && result.outcomes.failed + result.outcomes.unsettled === 0 ? 0 : 1;
}

async function runBackfill(
  { location, options, parts, sinceMs, signal }: Run,
  to: Pick<Parameters<typeof backfill>[0], 'checkpoint' | 'destination'> = {},
): Promise<BackfillResult> {
  const { only, since = '', rate: ratePerSecond } = options;
  const plan = { ...location, only, since, recipe: parts.recipeHash, to: parts.destinationName };
  const after = (await to.checkpoint?.read(plan))?.after;
  const progress = startProgress(location, { files: parts.files, after, signal });
  try {
    const { files, reader, parseOptions } = parts;
    return await backfill({
      ...{ files, reader, parseOptions, plan, sinceMs, signal },
      ...to,
      ratePerSecond: to.destination && ratePerSecond,
      onProgress: progress.show,
    });
  } finally {
    await progress.stop();
  }
}
