import { Command } from 'commander';
import { readConfig } from '../../config/index.ts';
import { print } from '../../process/terminal.ts';

/** `grayscale work` */
export function workCommand(): Command {
  return new Command('work')
    .description('Take uploads from the queue and convert them, with as many workers as wanted.')
    .addHelpText(
      'after',
      `
Requires a queue (QUEUE=postgres, or QUEUE_URL of an SQS queue), a database (DATABASE_URL, or DB_HOST
and the other DB_ variables) and the AWS SDK's variables. With WORKER_PORT, it serves /healthz,
/readyz and /metrics. SIGTERM finishes the images in progress and returns the rest to the queue.

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
