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
    return names.map((name) => ({
      name,
      expected: expectedOf(issue, given[name]),
      received: truncate(given[name]),
    }));
  });
  const sentences = errors.map(
    ({ name, expected, received }) =>
      `Expected ${expected} for ${name} but received ${received === null ? 'nothing' : JSON.stringify(received)}.`,
  );
  return new RequestError('INVALID_REQUEST', sentences.join(' '), { errors });
}

/** Completes “Expected …”. The schemas’ own messages begin with “Expected”; Zod’s do not. */
function expectedOf(issue: z.core.$ZodIssue, given: string | string[] | undefined): string {
  if (issue.message.startsWith('Expected ')) return issue.message.replace('Expected ', '');
  switch (issue.code) {
    case 'invalid_type':
      return given === undefined ? 'a value' : 'one value';
    case 'invalid_value':
      return `one of ${issue.values.join(', ')}`;
    case 'too_small':
      return `at least ${formatCharacters(issue.minimum)}`;
    case 'too_big':
      return `at most ${formatCharacters(issue.maximum)}`;
    default:
      return issue.message;
  }
}

function formatCharacters(count: number | bigint): string {
  return count === 1 ? '1 character' : `${count.toLocaleString('en-US')} characters`;
}

function truncate(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text.length > maxShownLength ? `${text.slice(0, maxShownLength)}…` : text;
}
