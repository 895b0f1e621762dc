import type { Outcome } from '../pipeline/index.ts';

/** Tells on standard error of a picture that could not be converted; of others nothing. */
export function printFailure(outcome: Outcome): void {
  if (outcome.status !== 'failed') return;
  console.error(`failed  ${outcome.upload.key}: ${outcome.code}: ${outcome.message}`);
}
