import type { Outcome } from '../../pipeline/index.ts';
import { printable, printError } from '../../process/terminal.ts';

/** Tells on standard error of a picture that could not be converted; of others nothing. */
export function printFailedOutcome(outcome: Outcome): void {
  if (outcome.status !== 'failed') return;
  const { upload, code, message } = outcome;
  printError(printable(`failed  ${upload.key}: ${code}: ${message}`));
}
