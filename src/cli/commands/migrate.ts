import { Command } from 'commander';
import { migrateDatabase } from '../../app/migrate-database.ts';
import { readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';

/** `grayscale migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Bring the database to the newest schema, keeping every row.')
    .addHelpText(
      'after',
      '\nThe database is named by DATABASE_URL, or by DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD.\nIt is safe to run twice, and by several at once.',
    )
    .action(async () => {
      const applied = await migrateDatabase(readConfig());
      for (const name of applied) print(`applied ${name}`);
      if (applied.length === 0) print('The schema is up to date.');
    });
}
