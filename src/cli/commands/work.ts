import { Command } from 'commander';
import { readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';

/** `grayscale work` */
export function workCommand(): Command {
  return new Command('work')
    .description('Take uploads from the queue and convert them. Any number of workers can run.')
    .addHelpText(
      'after',
      `
Requires a queue (QUEUE=postgres, or QUEUE_URL of an SQS queue), a database (DATABASE_URL, or DB_HOST
and the other DB_ variables) and the AWS SDK's variables. If WORKER_PORT is set, the worker serves
/healthz, /readyz and /metrics there. After SIGTERM, it has 25 seconds to finish the images in
progress, and returns the rest to the queue.

Examples:
  QUEUE=postgres grayscale work
  QUEUE_URL=https://sqs... WORKER_PORT=9090 grayscale work`,
    )
    .action(async () => {
      // Loaded here because no other command needs a worker.
      const [{ runWorker }, { findWorkerProblems }] = await Promise.all([
        import('../../worker/run.ts'),
        import('../../app/find-problems.ts'),
      ]);
      await runWorker(readConfig(undefined, findWorkerProblems), print);
    });
}
