import type { ParseOptions } from '../events/index.ts';
import type { PipelineParts } from '../pipeline/index.ts';
import type { OutcomeReporter } from './reporter.ts';

/** Dependencies that a process creates once, on its first invocation. */
export interface ComposedOnce {
  parts: PipelineParts;
  parseOptions: ParseOptions;
  reporter: OutcomeReporter;
}

/** The dependencies of an invocation. */
export interface Invocation extends ComposedOnce {
  /** Whether this is the process's first invocation. */
  coldStart: boolean;
  /** Time limit for its conversions. */
  timeoutMs: number;
}
