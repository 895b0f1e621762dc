import type { z } from '@hono/zod-openapi';
import { type InvalidParameter, RequestError } from './problems.ts';

const maxShownLength = 100;

/** The problems of a request, by parameter name. */
export function invalidParametersError(
  error: z.core.$ZodError,
  given: Record<string, string | string[] | undefined>,
): RequestError {
  const errors = error.issues.flatMap((issue): InvalidParameter[] => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '')];
    const expected = issue.message.replace(/^(Expected|Invalid \w+: expected) /, '');
    return names.map((name) => ({ name, expected, received: truncate(given[name]) }));
  });
  const sentences = errors.map(
    ({ name, expected, received }) =>
      `Expected ${expected} for ${name} but received ${received === null ? 'nothing' : JSON.stringify(received)}.`,
  );
  return new RequestError('INVALID_REQUEST', sentences.join(' '), { errors });
}

function truncate(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}
