import type { ColdResult } from './cold/measure-cold-start.ts';
import type { ConversionResult } from './conversions/measure-conversions.ts';
import type { MemoryResult } from './conversions/measure-memory.ts';
import type { JobResult } from './job/measure-job.ts';
import type { Machine } from './machine.ts';

/** The results of one run, as written to a file. */
export interface Results {
  startedAt: string;
  command: string;
  inputs: string;
  rounds: number;
  machine: Machine;
  mix?: ConversionResult[];
  cold?: ColdResult[];
  job?: JobResult[];
  memory?: MemoryResult[];
}
