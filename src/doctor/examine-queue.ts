import { examine, type Finding } from './finding.ts';
import type { QueueProbe } from './probes.ts';

/** Checks that the queue answers, and reports what is in it. */
export function examineQueue(open: () => Promise<QueueProbe>): Promise<Finding[]> {
  return examine(
    'queue',
    async (found) => {
      const queue = await open();
      try {
        await queue.check();
        found(describeCounts(await queue.readCounts()));
      } finally {
        await queue.close();
      }
    },
    'Check QUEUE and QUEUE_URL.',
  );
}

type Counts = Awaited<ReturnType<QueueProbe['readCounts']>>;

function describeCounts({ waiting, inFlight, dead }: Counts): Omit<Finding, 'subject'> {
  const deadLetters = dead === null ? '' : `, ${dead} dead letters`;
  const what = `the queue is reachable: ${waiting} waiting, ${inFlight} in flight${deadLetters}`;
  if (!dead) return { state: 'good', what };
  const cure = 'Fix what the log of the workers reports, then run `grayscale queue redrive`.';
  return { state: 'warning', what, cure };
}
