import { isServiceError } from '../pipeline/index.ts';

export type State = 'good' | 'warning' | 'bad';

/** The result of an examination, and what to do about it. */
export interface Finding {
  subject: 'database' | 'store' | 'queue' | 'engine' | 'clock' | 'configuration';
  state: State;
  what: string;
  cure?: string;
}

/**
 * Returns the findings of one subject. A thrown error becomes the last of them. Its own advice
 * replaces `cure`, or precedes it if `isSpecific`.
 */
export async function examine(
  subject: Finding['subject'],
  check: (found: (finding: Omit<Finding, 'subject'>) => void) => Promise<void>,
  cure: string,
  { isSpecific = false } = {},
): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    await check((finding) => findings.push({ subject, ...finding }));
  } catch (error) {
    const advice = isServiceError(error) ? error.advice : undefined;
    const message = error instanceof Error ? error.message || error.name : String(error);
    // The cure says it.
    const what = advice === undefined ? message : message.replace(`. ${advice}`, '');
    const cures = [...(advice ? [advice] : []), ...(advice && !isSpecific ? [] : [cure])];
    findings.push({ subject, state: 'bad', what, cure: cures.join(' ') });
  }
  return findings;
}
