import type { ParseOptions } from '../events/index.ts';
import type { PipelineParts } from '../pipeline/index.ts';
import type { Reporter } from './reporter.ts';

/** What an invocation works with. All but `coldStart` is made once a process. */
export interface Invocation {
  parts: PipelineParts;
  parseOptions: ParseOptions;
  reporter: Reporter;
  /** Whether this is the process's first invocation. */
  coldStart: boolean;
}
