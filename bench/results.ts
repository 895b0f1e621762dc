import type { ColdResult } from './cold.ts';
import type { ConversionResult } from './conversions.ts';
import type { JobResult } from './job.ts';
import type { Machine } from './machine.ts';
import type { SizeResult } from './sizes.ts';

/** What one run measured, as it is written down. */
export interface Results {
  startedAt: string;
  command: string;
  inputs: string;
  rounds: number;
  machine: Machine;
  conversions?: ConversionResult[];
  cold?: ColdResult[];
  job?: JobResult[];
  sizes?: SizeResult[];
}
