import { Command, Option } from 'commander';
import { findBucketProblems } from '../../app/find-problems.ts';
import { type BucketParts, openBucket } from '../../app/open-bucket.ts';
import { type Config, readConfig } from '../../config/index.ts';
import { print, printableJson, printError } from '../../process/terminal.ts';
import {
  createRepair,
  type Repair,
  type S3Location,
  type VerifyReport,
  verify,
} from '../../reconcile/index.ts';
import type { ExitCode } from '../exit-code.ts';
import { integerParser, parsePlace } from '../option-values.ts';
import { printFailedOutcome } from '../output/print-failed-outcome.ts';
import { writeStandardOutput } from '../output/standard-output.ts';
import { startVerifyProgress } from '../output/verify-progress.ts';
import { reportText, summaryOf } from '../output/verify-text.ts';
import { untilStopped } from '../stop-signal.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  sample?: number;
  all?: boolean;
  seed: number;
  deep?: boolean;
  repair?: boolean;
  deleteOrphans?: boolean;
  json?: boolean;
}

/**
 * Objects checked by default: almost certain to find a problem that affects one object in a
 * hundred.
 */
const defaultSample = 1_000;
/** This many keys are held in memory until all lists are read. */
const maxSample = 100_000;

/** `grayscale verify` */
export function verifyCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('verify')
    .description('Compare a bucket, its outputs and the database, and repair differences.')
    .argument('<s3://bucket/prefix>', 'bucket, with an optional prefix, of the sources', parsePlace)
    .addOption(
      new Option('--sample <number>', `number of outputs to inspect (default: ${defaultSample})`)
        .argParser(
          integerParser(1, maxSample, {
            what: 'a number of outputs',
            hint: '; --all inspects more',
          }),
        )
        .conflicts('all'),
    )
    .option('--all', 'inspect every output')
    .option(
      '--seed <number>',
      'seed of the sample: the same seed selects the same outputs',
      integerParser(0, 1e15 - 1),
      1,
    )
    .option('--deep', 'also convert the inspected sources again and compare bit for bit')
    .option('--repair', 'repair differences')
    .option(
      '--delete-orphans',
      'with --repair: delete outputs whose source is gone, and their rows',
    )
    .option('--json', 'print each finding as a line of JSON, and a summary as the last line')
    .addHelpText(
      'after',
      `
Compares all sources and outputs with all rows. Inspects the metadata of outputs that show no
difference: of a sample, or with --all of every output. With --deep, also converts their sources
again and compares the results. Findings:
  missing     a source without an output
  stale       an output of an older content or another recipe
  unrecorded  an output without a row
  different   --deep: an output that differs from its converted source
              or from its row's checksum
  orphan      an output whose source is gone; deleted only with --delete-orphans
  dangling    a row whose source and output are gone; --repair deletes it
  unchecked   --deep: a source that could not be converted here

With QUEUE or QUEUE_URL, repairs are sent to that queue; without it, they are made in this process.
Requires a database (DATABASE_URL, or DB_HOST and the other DB_ variables) and the AWS SDK's
variables. Uses the configured recipe.

Examples:
  grayscale verify s3://uploads/
  grayscale verify s3://uploads/2025/ --deep --sample 200 --seed 7
  grayscale verify s3://uploads/ --all --repair --delete-orphans

Exit code: 0 no differences, or all were repaired; 1 differences remain or were only queued, or the
run was stopped; 2 usage error.`,
    )
    .action(async (location: S3Location, options: Options) => {
      setExitCode(
        await run(
          location,
          options,
          readConfig(undefined, (read) => findBucketProblems(read, location.bucket)),
        ),
      );
    });
}

async function run(location: S3Location, options: Options, config: Config): Promise<ExitCode> {
  const output = outputLocationOf(location, config);
  if (options.deleteOrphans && !options.repair) {
    throw new UsageError(
      'Expected --repair together with --delete-orphans. Add --repair, or omit --delete-orphans.',
    );
  }
  const parts = await openBucket(config, location.bucket);
  try {
    return await untilStopped((signal) => runVerify({ location, output, options, parts, signal }));
  } finally {
    await parts.close();
  }
}

interface Run {
  location: S3Location;
  output: S3Location;
  options: Options;
  parts: BucketParts;
  signal: AbortSignal;
}

async function runVerify({ location, output, options, parts, signal }: Run): Promise<ExitCode> {
  const { all, deep, json, seed, sample = defaultSample } = options;
  const { files, reader, parseOptions, recipeHash } = parts;
  const progress = startVerifyProgress();
  const chosen = all ? undefined : { size: sample, seed };
  let report: VerifyReport;
  try {
    report = await verify({
      ...{ location, output, files, reader, parseOptions, recipeHash, signal },
      sample: chosen,
      pipeline: deep ? await parts.openPipeline() : undefined,
      repair: options.repair ? await openRepair({ location, options, parts }) : undefined,
      onProgress: progress.show,
      onFinding: async ({ kind: finding, key, reason }) => {
        if (json) await writeLine({ finding, key, reason });
      },
    });
  } finally {
    progress.stop();
  }
  if (json) await writeLine({ summary: summaryOf(report, { location, sample: chosen }) });
  else print(reportText(report, { location, sample: chosen, isDeep: deep === true }));
  if (!report.isFinished) printError('Stopped: the rest was not checked.');
  return exitCodeOf(report);
}

async function openRepair({
  location: { bucket },
  options,
  parts,
}: Pick<Run, 'location' | 'options' | 'parts'>): Promise<Repair> {
  const destination = await parts.openDestination({ onOutcome: printFailedOutcome });
  const deletesOrphans = options.deleteOrphans === true;
  return createRepair({
    bucket,
    destination,
    pipeline: await parts.openPipeline(),
    deletesOrphans,
  });
}

function exitCodeOf({ findings, isFinished, repair }: VerifyReport): ExitCode {
  const found = Object.values(findings).some(({ count }) => count > 0);
  if (!isFinished) return 1;
  if (!repair) return found ? 1 : 0;
  const { queued, failed, unsettled } = repair.outcomes;
  return queued + failed + unsettled + repair.left === 0 ? 0 : 1;
}

function outputLocationOf({ bucket, prefix }: S3Location, config: Config): S3Location {
  const { outputBucket = bucket, outputPrefix } = config.storage;
  if (bucket === outputBucket && prefix.startsWith(outputPrefix)) {
    throw new UsageError(
      `Expected the prefix of the sources but received s3://${bucket}/${prefix}, which holds their outputs. Omit ${outputPrefix}.`,
    );
  }
  return { bucket: outputBucket, prefix: outputPrefix };
}

async function writeLine(value: object): Promise<void> {
  await writeStandardOutput(Buffer.from(`${printableJson(value)}\n`));
}
