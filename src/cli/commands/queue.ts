import { Command } from 'commander';
import { findQueueProblems } from '../../app/find-problems.ts';
import { openConfiguredQueue } from '../../app/open-queue.ts';
import { readConfig } from '../../config/index.ts';
import { print, printJson } from '../../process/terminal.ts';
import type { QueueCounts, UploadQueue } from '../../queue/upload-queue.ts';
import { tableText } from '../output/number-text.ts';

/** `grayscale queue` */
export function queueCommand(): Command {
  const command = new Command('queue')
    .description('Count the uploads that are waiting, in flight, or dead letters.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Requires a queue: QUEUE=postgres with a database, or QUEUE_URL of an SQS queue.

Examples:
  grayscale queue
  grayscale queue redrive`,
    )
    .action(async ({ json }: { json?: boolean }) => {
      const counts = await withQueue((queue) => queue.readCounts());
      if (json) printJson(counts);
      else print(countsText(counts));
    });
  command
    .command('redrive')
    .description('Move all dead letters back into the queue, so that workers try them again.')
    .action(async () => {
      const moved = await withQueue((queue) => queue.redrive());
      print(`${moved} ${moved === 1 ? 'message' : 'messages'} moved back into the queue.`);
    });
  return command;
}

async function withQueue<Result>(work: (queue: UploadQueue) => Promise<Result>): Promise<Result> {
  const queue = await openConfiguredQueue(readConfig(undefined, findQueueProblems));
  try {
    return await work(queue);
  } finally {
    await queue.close();
  }
}

function countsText({ waiting, inFlight, dead, oldestSeconds }: QueueCounts): string {
  return tableText([
    ['waiting', `${waiting}`],
    [
      'oldest',
      oldestSeconds === null ? 'unknown: see CloudWatch' : `${Math.round(oldestSeconds)} s`,
    ],
    ['in flight', `${inFlight}`],
    ['dead letters', dead === null ? 'the queue has no dead-letter queue' : `${dead}`],
  ]);
}
