import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from './check-promise.ts';

/** The answers to the store's webhook. */
export interface WebhookAnswers {
  /** By status; 0 for none. */
  answers: Record<string, number>;
  /** Durations of the requests that were answered with 200, in milliseconds. */
  durationsMs: number[];
  violations: Violation[];
}

/**
 * Sends notifications to `/v1/events` as a store does: again, until the answer is 2xx. Any other
 * answer breaks a promise, unless something that the server needs is faulty.
 */
export function createWebhook(isFaulty: () => boolean) {
  const report: WebhookAnswers = { answers: {}, durationsMs: [], violations: [] };

  async function sendOnce(url: string, body: string): Promise<boolean> {
    const startedAt = performance.now();
    let status = 0;
    try {
      const signal = AbortSignal.timeout(30_000);
      const answer = await fetch(url, { method: 'POST', body, signal });
      await answer.arrayBuffer();
      status = answer.status;
    } catch {
      // Counted as 0.
    }
    report.answers[status] = (report.answers[status] ?? 0) + 1;
    if (status === 200) report.durationsMs.push(performance.now() - startedAt);
    else if (!isFaulty()) {
      report.violations.push({ key: '/v1/events', reason: `answered ${status} without a fault` });
    }
    return status === 200;
  }

  return {
    report,
    async send(serverUrl: string, body: string): Promise<void> {
      while (!(await sendOnce(`${serverUrl}/v1/events`, body))) await sleep(500);
    },
  };
}

/** The p-th percentile of some numbers, by rank. */
export function percentile(values: number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return (
    sorted[Math.min(sorted.length - 1, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN
  );
}
