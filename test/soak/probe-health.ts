import { setTimeout as sleep } from 'node:timers/promises';

export interface Health {
  requests: number;
  /** Answered with 200. */
  answered: number;
  slowestMs: number;
  problems: string[];
}

const intervalMs = 100;
const timeoutMs = 10_000;

/** Requests `/healthz` at a fixed interval, without waiting for earlier answers, until it is stopped. */
export function probeHealth(url: string): { stop(): Promise<Health> } {
  const stopping = new AbortController();
  const health: Health = { requests: 0, answered: 0, slowestMs: 0, problems: [] };

  async function sendRequest(): Promise<void> {
    health.requests++;
    const startedAt = performance.now();
    try {
      const { status } = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(timeoutMs) });
      if (status === 200) health.answered++;
      else health.problems.push(`answered ${status}`);
    } catch (error) {
      health.problems.push(String((error as Error).cause ?? error));
    }
    health.slowestMs = Math.max(health.slowestMs, performance.now() - startedAt);
  }

  const sending = (async () => {
    const answers: Promise<void>[] = [];
    while (!stopping.signal.aborted) {
      answers.push(sendRequest());
      await sleep(intervalMs);
    }
    await Promise.all(answers);
  })();

  return {
    async stop() {
      stopping.abort();
      await sending;
      return health;
    },
  };
}
