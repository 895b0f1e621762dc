import fc, { type Arbitrary, type Parameters, type RunDetails } from 'fast-check';
import type { DrawnCase } from './fuzz-case.ts';

/**
 * `fc.check` for cases. fast-check treats every error as a counterexample; here only `false` is one,
 * and an error, for example a process that does not start, ends the check.
 */
export async function checkCases(
  cases: Arbitrary<DrawnCase>,
  passes: (drawn: DrawnCase) => Promise<boolean>,
  options: Parameters<[DrawnCase]>,
): Promise<RunDetails<[DrawnCase]>> {
  const errors: unknown[] = [];
  const property = fc.asyncProperty(cases, async (drawn) => {
    if (errors.length > 0) return true;
    try {
      return await passes(drawn);
    } catch (error) {
      errors.push(error);
      return false;
    }
  });
  const details = await fc.check(property, options);
  if (errors.length > 0) throw errors[0];
  return details;
}
