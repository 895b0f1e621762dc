import { Command } from 'commander';
import { type Config, readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';
import { integerParser, parsePlace } from '../option-values.ts';
import { UsageError } from '../usage-error.ts';

interface Options {
  host?: string;
  port?: number;
  poll?: { bucket: string; prefix: string };
}

/** `grayscale serve` */
export function serveCommand(): Command {
  return new Command('serve')
    .description(
      'Serve the HTTP API and the dashboard, with any S3-compatible store and PostgreSQL.',
    )
    .option('--host <address>', 'address to listen on (default: HOST, or 127.0.0.1)')
    .option(
      '--port <number>',
      'port to listen on; 0 picks a free port (default: PORT, or 8080)',
      integerParser(0, 65_535, { what: 'a port' }),
    )
    .option(
      '--poll <s3://bucket/prefix>',
      'convert objects there that have no row, for stores that send no events',
      parsePlace,
    )
    .addHelpText(
      'after',
      `
Requires S3_BUCKET, a database (DATABASE_URL, or DB_HOST and the other DB_ variables) and the AWS
SDK's variables. Any address other than loopback also requires API_TOKEN.

Examples:
  grayscale serve
  grayscale serve --host 0.0.0.0 --port 80
  grayscale serve --poll s3://uploads/`,
    )
    .action(async ({ poll, ...given }: Options) => {
      // Loaded here because no other command needs a server.
      const { findProblems, runServer } = await import('../../server/run.ts');
      const withOptions = (read: Config) => ({ ...read, server: { ...read.server, ...given } });
      const config = withOptions(readConfig(undefined, (read) => findProblems(withOptions(read))));
      checkPlace(poll, config.storage.bucket);
      await runServer(config, { poll, print });
    });
}

/** The server cannot reach rows and files of any other bucket. */
function checkPlace(poll: Options['poll'], bucket: string | undefined): void {
  if (poll === undefined || bucket === undefined || poll.bucket === bucket) return;
  throw new UsageError(
    `Expected --poll to name "${bucket}", the bucket in S3_BUCKET, but received "${poll.bucket}".`,
  );
}
