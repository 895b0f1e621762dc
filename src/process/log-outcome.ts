import { describeOutcome, type Outcome } from '../pipeline/index.ts';
import type { Log } from './log.ts';

/** Logs an outcome as one line, as the function does: `converted`, `skipped` or `failed`. */
export function logOutcome(log: Log, outcome: Outcome): void {
  log(outcome.status === 'failed' ? 'warn' : 'info', outcome.status, describeOutcome(outcome));
}
