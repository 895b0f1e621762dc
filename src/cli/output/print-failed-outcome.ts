import type { Outcome } from '../../pipeline/index.ts';
import { printable, printError } from '../../process/terminal.ts';

/** Reports a failed conversion on standard error; prints nothing for other outcomes. */
export function printFailedOutcome(outcome: Outcome): void {
  if (outcome.status !== 'failed') return;
  const { upload, code, message } = outcome;
  printError(printable(`failed  ${upload.key}: ${code}: ${message}`));
}
