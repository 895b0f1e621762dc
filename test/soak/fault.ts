import type { Broken } from './check-promise.ts';
import type { Picture } from './pictures.ts';
import type { World } from './world.ts';

/** What a fault of any kind may be told; each kind looks at what concerns it. */
export interface FaultOptions {
  /** Which of the workers. */
  worker: number;
  /** Of requests. */
  share: number;
  delayMs: number;
  shiftMs: number;
  /** Of its own for each fault: names keys, and decides images. */
  salt: number;
}

export type FaultParams = FaultOptions & { lastsMs: number };

/** What a fault found, and did, that the checks at the end must know. */
export interface FaultEffects {
  broken?: Broken[];
  uploaded?: { key: string; picture: Picture }[];
  /** Hostile events that were sent. */
  bombs?: number;
  counts?: Record<string, number>;
  /** Why it could not be done on this machine. */
  skipped?: string;
}

export interface Fault {
  /** How long it lasts at most; 0 for what happens at one moment. */
  mostMs: number;
  /** Ends when the fault is over. */
  run(world: World, options: FaultParams): Promise<FaultEffects | undefined>;
}
