import { readOutcome } from '../../src/sandbox/log-reader.ts';

/** Counts from the workers’ logs and received messages. */
export interface Tally {
  readLine(line: string): void;
  countReceive(times: number): void;
  /** Outcomes by status, or by code if there is one. */
  readonly outcomes: Record<string, number>;
  /** Attempts without an outcome, by reason. */
  readonly retries: Record<string, number>;
  readonly receives: { first: number; again: number; max: number };
  /** Milliseconds of `performance.now()`. */
  readonly successesAt: number[];
}

export function createTally(now: () => number = () => performance.now()): Tally {
  const outcomes: Record<string, number> = {};
  const retries: Record<string, number> = {};
  const receives = { first: 0, again: 0, max: 0 };
  const successesAt: number[] = [];
  return {
    outcomes,
    retries,
    receives,
    successesAt,
    readLine(line) {
      const outcome = readOutcome(line);
      if (outcome) {
        add(outcomes, outcome.code ?? outcome.status);
        if (outcome.status === 'converted') successesAt.push(now());
        return;
      }
      const reason = retryOf(line);
      if (reason) add(retries, reason);
    },
    countReceive(times) {
      receives[times > 1 ? 'again' : 'first']++;
      receives.max = Math.max(receives.max, times);
    },
  };
}

function add(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function retryOf(line: string): string | undefined {
  try {
    const { message, error } = JSON.parse(line) as {
      message?: string;
      error?: { name?: string; message?: string };
    };
    return message === 'retried' ? `${error?.name}: ${error?.message}`.slice(0, 60) : undefined;
  } catch {
    return undefined;
  }
}

/** The longest time from the end of a fault to the next success. */
export function slowestRecovery(
  ends: { kind: string; endedAt: number }[],
  successesAt: readonly number[],
): { kind: string; ms: number } | undefined {
  const recoveries = ends.flatMap(({ kind, endedAt }) => {
    const next = successesAt.find((at) => at >= endedAt);
    return next === undefined ? [] : [{ kind, ms: next - endedAt }];
  });
  return recoveries.sort((a, b) => b.ms - a.ms)[0];
}
