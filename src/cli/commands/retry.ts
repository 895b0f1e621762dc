import { Command, Option } from 'commander';
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
    .description('Try again what failed, by the database.')
    .requiredOption('--failed', 'whatever has a row that failed')
    .addOption(
      new Option('--code <code>', 'only what failed for this reason; see docs/errors.md').choices([
        ...Object.keys(conversionErrorCodes),
        ...Object.keys(permanentErrorCodes),
      ]),
    )
    .option('--since <when>', 'only what failed since then: an age (24h, 7d) or a time')
    .option('--rate <number>', 'most objects a second', parseRate)
    .option('--dry-run', 'only say what would be tried again')
    .addHelpText(
      'after',
      `
With QUEUE_URL, uploads go onto that queue, and whoever reads it converts them; without, they are
converted here. Each key is tried once, with what it holds now and the configured recipe. With
S3_BUCKET only that bucket's. Needs a database (DATABASE_URL, or DB_HOST and others) and what the AWS
SDK reads. Messages in the dead-letter queue have no row: docs/operations.md says how to redrive them.

Examples:
  grayscale retry --failed --dry-run
  grayscale retry --failed --code CONVERSION_TIMEOUT --since 24h

Exit code: 0 done, 1 stopped or something failed again, 2 wrong use.`,
    )
    .action(async (options: Options) => {
      setExitCode(await run(options, readConfig()));
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
    if (!result.isFinished) printError('Stopped. Run the same command to go on.');
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
  if (codes.length === 0) return 'Nothing has failed.';
  const rows = codes.map(([code, failures]) => [count(failures), code]);
  return `${tableText(rows, { right: [0] })}\nOf ${count(keys)} keys.`;
}
