import type { SoakReport } from './soak.ts';

/** What was done, the results, and how to repeat the run. */
export function describeSoak(report: SoakReport): string {
  const { seed, images, keys, bad, uploadedAgain, health, tally, broken } = report;
  const { first, again, most } = tally.receives;
  const recovery = report.slowestRecovery;
  const share = ((100 * health.answered) / Math.max(1, health.asked)).toFixed(2);
  return [
    '',
    ...table('faults', { ...report.faults, ...deliveryCounts(report), ...report.counts }),
    ...table('answers of S3 that were changed', report.misanswers),
    ...table('outcomes', tally.outcomes),
    ...table('tries without an outcome', tally.retries),
    '',
    `${images} uploads under ${keys} keys (${bad} bad, ${uploadedAgain} under a key that was taken) in ${report.seconds.toFixed(1)} s, ${(images / report.seconds).toFixed(1)} a second; the queue was empty ${report.drainSeconds.toFixed(1)} s after the last fault`,
    `${first} messages, ${again} received again (one up to ${most} times), ${report.redriven} dead letters redriven; ${report.unreadable} that nobody can read`,
    recovery
      ? `slowest recovery: ${(recovery.ms / 1e3).toFixed(1)} s from the end of "${recovery.kind}" to the next conversion`
      : 'no conversion followed a fault',
    `/healthz: ${share} % of ${health.asked} answered with 200, the slowest in ${health.slowestMs.toFixed(0)} ms`,
    ...Object.entries(report.honest).map(([request, answers]) => describeHonest(request, answers)),
    `connections to PostgreSQL: ${report.mostConnections} at most`,
    ...report.skipped.map((why) => `SKIPPED ${why}`),
    '',
    ...(broken.length > 0
      ? [
          ...broken.slice(0, 30).map(({ key, why }) => `BROKEN ${key}: ${why}`),
          `${broken.length} in all`,
        ]
      : ['The promise was kept.']),
    `again: npm run soak -- --images ${images} --seed ${seed} --pace ${report.paceMs}${report.only ? ` --only "${report.only}"` : ''}`,
  ].join('\n');
}

function describeHonest(request: string, answers: Record<string, number>): string {
  const counts = Object.entries(answers).map(([answer, count]) => `${count} with ${answer}`);
  return `honest ${request}: answered ${counts.join(', ')}`;
}

function deliveryCounts({ deliveries, large }: SoakReport): Record<string, number> {
  return {
    'events late': deliveries.late,
    'events repeated': deliveries.repeated,
    'large pictures, several at once': large,
  };
}

function table(title: string, counts: Record<string, number>): string[] {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return [];
  return [title, ...rows.map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`)];
}
