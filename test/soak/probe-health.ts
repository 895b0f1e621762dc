import { setTimeout as sleep } from 'node:timers/promises';

export interface Health {
  asked: number;
  /** Answered with 200. */
  answered: number;
  slowestMs: number;
  problems: string[];
}

const everyMs = 100;
const timeoutMs = 10_000;

/** Requests `/healthz` at a fixed interval, without waiting for earlier answers, until it is stopped. */
export function probeHealth(url: string): { stop(): Promise<Health> } {
  const stopping = new AbortController();
  const health: Health = { asked: 0, answered: 0, slowestMs: 0, problems: [] };

  async function ask(): Promise<void> {
    health.asked++;
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

  const asking = (async () => {
    const answers: Promise<void>[] = [];
    while (!stopping.signal.aborted) {
      answers.push(ask());
      await sleep(everyMs);
    }
    await Promise.all(answers);
  })();

  return {
    async stop() {
      stopping.abort();
      await asking;
      return health;
    },
  };
}
