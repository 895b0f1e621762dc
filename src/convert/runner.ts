import type { CheckedImage } from './check-image.ts';
import type { Step } from './steps.ts';

/** Wall time of each stage in milliseconds. */
export interface StageTimes {
  decodeMs: number;
  grayMs: number;
  encodeMs: number;
}

/** Runs the steps of one conversion. */
export interface Runner {
  run: Run;
  stages: StageTimes;
}

export type Run = <From, To>(
  step: Pick<Step<From, To>, 'stage' | 'run'>,
  from: From,
) => Promise<To>;

/** Runs steps within the deadline and adds up their times. */
export function createRunner(image: CheckedImage): Runner {
  const stages: StageTimes = { decodeMs: 0, grayMs: 0, encodeMs: 0 };
  return {
    stages,
    async run(step, from) {
      const startedAt = performance.now();
      const made = await image.deadline.step((async () => await step.run(from, image))());
      stages[`${step.stage}Ms`] += performance.now() - startedAt;
      return made;
    },
  };
}
