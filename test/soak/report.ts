import type { SoakReport } from './soak.ts';
import { percentile, type WebhookAnswers } from './webhook.ts';

/** What was done, the results, and how to repeat the run. */
export function describeSoak(report: SoakReport): string {
  const { seed, images, keys, bad, uploadedAgain, health, tally, violations } = report;
  const { first, again, max } = tally.receives;
  const recovery = report.slowestRecovery;
  const share = ((100 * health.answered) / Math.max(1, health.requests)).toFixed(2);
  return [
    '',
    ...table('faults', { ...report.faults, ...deliveryCounts(report), ...report.counts }),
    ...table('altered responses of S3', report.responseFaults),
    ...table('outcomes', tally.outcomes),
    ...table('attempts without an outcome', tally.retries),
    '',
    `${images} uploads under ${keys} keys (${bad} bad, ${uploadedAgain} under an existing key) in ${report.seconds.toFixed(1)} s, ${(images / report.seconds).toFixed(1)} per second; the queue was empty ${report.drainSeconds.toFixed(1)} s after the last fault`,
    `${report.redriven} dead letters redriven; ${report.unreadable} unreadable messages`,
    ...(report.queue === 'sqs'
      ? [`${first} messages, ${again} received again (one up to ${max} times)`]
      : []),
    recovery
      ? `slowest recovery: ${(recovery.ms / 1e3).toFixed(1)} s from the end of "${recovery.kind}" to the next conversion`
      : 'no conversion followed a fault',
    `/healthz: ${share} % of ${health.requests} answered with 200, the slowest in ${health.slowestMs.toFixed(0)} ms`,
    ...Object.entries(report.honest).map(([request, answers]) => describeHonest(request, answers)),
    ...(report.webhook ? [describeWebhook(report.webhook)] : []),
    `connections to PostgreSQL: max ${report.maxConnections}`,
    ...report.skipped.map((reason) => `SKIPPED ${reason}`),
    '',
    ...(violations.length > 0
      ? [
          ...violations.slice(0, 30).map(({ key, reason }) => `BROKEN ${key}: ${reason}`),
          `${violations.length} in total`,
        ]
      : ['All promises were kept.']),
    `to repeat: npm run soak -- --images ${images} --seed ${seed} --pace ${report.paceMs}${report.only ? ` --only "${report.only}"` : ''}${report.queue === 'sqs' ? '' : ` --queue ${report.queue} --workers ${report.workers}`}`,
  ].join('\n');
}

function describeHonest(request: string, answers: Record<string, number>): string {
  const counts = Object.entries(answers).map(([answer, count]) => `${count} with ${answer}`);
  return `honest ${request}: answered ${counts.join(', ')}`;
}

function describeWebhook({ answers, durationsMs }: WebhookAnswers): string {
  const counts = Object.entries(answers).map(([answer, count]) => `${count} with ${answer}`);
  const [p50, p95, max] = [50, 95, 100].map((p) => percentile(durationsMs, p).toFixed(0));
  return `/v1/events: answered ${counts.join(', ')}; those with 200 in p50 ${p50}, p95 ${p95}, max ${max} ms`;
}

function deliveryCounts({ deliveries, large }: SoakReport): Record<string, number> {
  return {
    'events late': deliveries.late,
    'events repeated': deliveries.repeated,
    'large images, uploaded together': large,
  };
}

function table(title: string, counts: Record<string, number>): string[] {
  const rows = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (rows.length === 0) return [];
  return [title, ...rows.map(([name, count]) => `  ${String(count).padStart(5)}  ${name}`)];
}
