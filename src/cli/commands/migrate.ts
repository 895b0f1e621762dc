import { Command } from 'commander';
import { migrateDatabase } from '../../app/migrate-database.ts';
import { readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';

/** `grayscale migrate` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .description('Upgrade the database to the newest schema, and keep every row.')
    .addHelpText(
      'after',
      '\nConnects to DATABASE_URL, or to DB_HOST, DB_PORT, DB_NAME, DB_USER and DB_PASSWORD.\nIt can be run repeatedly, and by several processes at the same time.',
    )
    .action(async () => {
      const applied = await migrateDatabase(readConfig());
      for (const name of applied) print(`applied ${name}`);
      if (applied.length === 0) print('The schema is up to date.');
    });
}
