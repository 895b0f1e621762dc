import type { Violation } from './check-promise.ts';
import type { TestImage } from './test-images.ts';
import type { World } from './world.ts';

/** Parameters for faults of any kind; each kind uses those that concern it. */
export interface FaultOptions {
  /** Index of the worker. */
  worker: number;
  /** Share of requests. */
  share: number;
  delayMs: number;
  shiftMs: number;
  /** Unique for each fault: names keys, and selects images. */
  salt: number;
}

export type FaultParams = FaultOptions & { lastsMs: number };

/** Results of a fault that the final checks need. */
export interface FaultEffects {
  violations?: Violation[];
  uploaded?: { key: string; image: TestImage }[];
  /** Number of hostile events sent. */
  bombs?: number;
  counts?: Record<string, number>;
  /** Why it cannot be done on this machine. */
  skipped?: string;
}

export interface Fault {
  /** Its maximum duration; 0 for a fault at a single moment. */
  maxDurationMs: number;
  /** Resolves when the fault is over. */
  run(world: World, options: FaultParams): Promise<FaultEffects | undefined>;
}
