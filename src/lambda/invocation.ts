import type { ParseOptions } from '../events/index.ts';
import type { PipelineParts } from '../pipeline/index.ts';
import type { OutcomeReporter } from './reporter.ts';

/** What is made once a process, by its first invocation. */
export interface ComposedOnce {
  parts: PipelineParts;
  parseOptions: ParseOptions;
  reporter: OutcomeReporter;
}

/** What an invocation works with. */
export interface Invocation extends ComposedOnce {
  /** Whether this is the process's first invocation. */
  coldStart: boolean;
  /** How long its conversions may take. */
  timeoutMs: number;
}
