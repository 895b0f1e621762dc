import { Command } from 'commander';
import { findMigrationProblems } from '../../app/find-problems.ts';
import { migrateDatabase } from '../../app/migrate-database.ts';
import { readConfig } from '../../config/index.ts';
import { UnknownTimeZoneError } from '../../ledger/errors.ts';
import { print, printable } from '../../process/terminal.ts';
import { UsageError } from '../usage-error.ts';

/** `grayscale migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Upgrade the database to the newest schema, and keep every row.')
    .option(
      '--time-zone <name>',
      'time zone in which the original program wrote its times, such as Europe/Berlin (default: that of the database server)',
    )
    .addHelpText(
      'after',
      `
Connects to DATABASE_URL, or to DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD.
It can be run repeatedly, and by several processes at the same time. --time-zone also
corrects the times of rows that were migrated in another time zone.`,
    )
    .action(async ({ timeZone }: { timeZone?: string }) => {
      const applied = await migrateDatabase(readConfig(undefined, findMigrationProblems), {
        timeZone,
        onOriginalTimes: (times) => print(printable(formatTimes(times))),
      }).catch(rethrowUsage);
      for (const name of applied) print(`applied ${name}`);
      if (applied.length === 0) print('The schema is up to date.');
    });
}

function rethrowUsage(error: unknown): never {
  throw error instanceof UnknownTimeZoneError ? new UsageError(error.message) : error;
}

interface Times {
  rows: number;
  timeZone: string;
  isRequested: boolean;
}

function formatTimes({ rows, timeZone, isRequested }: Times): string {
  const what = `${rows} ${rows === 1 ? 'row' : 'rows'} of the original program`;
  return isRequested
    ? `corrected the times of ${what}, in ${timeZone}`
    : `read the times of ${what} in the server's time zone, ${timeZone}; if it used another, run this again with --time-zone`;
}
