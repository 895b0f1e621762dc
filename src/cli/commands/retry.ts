import { Command, Option } from 'commander';
import { findBucketProblems } from '../../app/find-problems.ts';
import { type BucketParts, openBucket } from '../../app/open-bucket.ts';
import { type Config, readConfig } from '../../config/index.ts';
import { conversionErrorCodes } from '../../convert/index.ts';
import { permanentErrorCodes } from '../../pipeline/index.ts';
import { print, printError } from '../../process/terminal.ts';
import { type RetryResult, retryFailed } from '../../reconcile/index.ts';
import type { ExitCode } from '../exit-code.ts';
import { parseRate, parseSince } from '../option-values.ts';
import { outcomesText } from '../output/backfill-text.ts';
import { count, tableText } from '../output/number-text.ts';
import { printFailedOutcome } from '../output/print-failed-outcome.ts';
import { untilStopped } from '../stop-signal.ts';

interface Options {
  code?: string;
  since?: string;
  rate?: number;
  dryRun?: boolean;
}

/** `grayscale retry` */
export function retryCommand(setExitCode: (code: ExitCode) => void): Command {
  return new Command('retry')
    .description('Retry the conversions that the database records as failed.')
    .requiredOption('--failed', 'retry all keys with a failed row')
    .addOption(
      new Option('--code <code>', 'only failures with this code; see docs/errors.md').choices([
        ...Object.keys(conversionErrorCodes),
        ...Object.keys(permanentErrorCodes),
      ]),
    )
    .option('--since <when>', 'only failures newer than an age (24h, 7d) or a time (2026-01-31)')
    .option('--rate <number>', 'maximum objects per second', parseRate)
    .option('--dry-run', 'only report what would be retried')
    .addHelpText(
      'after',
      `
With QUEUE or QUEUE_URL, objects are sent to that queue, and its workers convert them; without it,
they are converted in this process. Each key is retried once, with its current content and the configured
recipe. With S3_BUCKET, only keys of that bucket are retried. Requires a database (DATABASE_URL, or
DB_HOST and the other DB_ variables) and the AWS SDK's variables. Messages in the dead-letter queue
have no row: docs/operations.md describes how to redrive them.

Examples:
  grayscale retry --failed --dry-run
  grayscale retry --failed --code CONVERSION_TIMEOUT --since 24h

Exit code: 0 done, 1 stopped or some failed again, 2 usage error.`,
    )
    .action(async (options: Options) => {
      setExitCode(
        await run(
          options,
          readConfig(undefined, (read) => findBucketProblems(read)),
        ),
      );
    });
}

async function run({ code, since, rate, dryRun }: Options, config: Config): Promise<ExitCode> {
  const sinceMs = since === undefined ? undefined : parseSince(since);
  const parts = await openBucket(config);
  try {
    const destination = dryRun ? undefined : await openDestination(parts);
    const result = await untilStopped((signal) =>
      retryFailed({
        reader: parts.reader,
        ...{ bucket: config.storage.bucket, code, sinceMs, destination, signal },
        ratePerSecond: rate,
      }),
    );
    print(foundText(result));
    if (!dryRun && result.keys > 0) print(outcomesText(result.outcomes));
    if (!result.isFinished) printError('Stopped. Run the same command again to continue.');
    const { failed, unsettled } = result.outcomes;
    return result.isFinished && failed + unsettled === 0 ? 0 : 1;
  } finally {
    await parts.close();
  }
}

function openDestination(parts: BucketParts) {
  return parts.openDestination({ onOutcome: printFailedOutcome });
}

function foundText({ rowsByCode, keys }: RetryResult): string {
  const codes = Object.entries(rowsByCode).sort(([, a], [, b]) => b - a);
  if (codes.length === 0) return 'No failures found.';
  const rows = codes.map(([code, failures]) => [count(failures), code]);
  return `${tableText(rows, { right: [0] })}\nKeys: ${count(keys)}.`;
}
