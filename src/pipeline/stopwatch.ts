import type { Stage, StageTimes } from './outcome.ts';
import type { Clock } from './ports.ts';

/** Adds up the time of each stage of one image, over all rounds. */
export interface Stopwatch {
  readonly times: StageTimes;
  add(stage: Stage, milliseconds: number): void;
  time<Result>(stage: Stage, work: () => Promise<Result>): Promise<Result>;
}

export function createStopwatch(now: Clock): Stopwatch {
  const times: StageTimes = {};

  function add(stage: Stage, milliseconds: number) {
    // To the microsecond: rows and logs would show noise of up to 17 digits.
    times[stage] = Math.round(((times[stage] ?? 0) + milliseconds) * 1e3) / 1e3;
  }

  return {
    times,
    add,
    async time(stage, work) {
      const startedAt = now();
      try {
        return await work();
      } finally {
        add(stage, now() - startedAt);
      }
    },
  };
}
