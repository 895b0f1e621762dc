import type { z } from '@hono/zod-openapi';
import { RequestError, type WrongParameter } from './problems.ts';

const shownLength = 100;

/** The problems of a request, by parameter name. */
export function wrongParameters(
  error: z.core.$ZodError,
  given: Record<string, string | string[] | undefined>,
): RequestError {
  const errors = error.issues.flatMap((issue): WrongParameter[] => {
    const names = issue.code === 'unrecognized_keys' ? issue.keys : [String(issue.path[0] ?? '')];
    const expected = issue.message.replace(/^(Expected|Invalid \w+: expected) /, '');
    return names.map((name) => ({ name, expected, received: shown(given[name]) }));
  });
  const told = errors.map(
    ({ name, expected, received }) =>
      `Expected ${expected} for ${name} but received ${received === null ? 'nothing' : JSON.stringify(received)}.`,
  );
  return new RequestError('INVALID_REQUEST', told.join(' '), { errors });
}

function shown(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  const text = Array.isArray(value) ? value.join(', ') : value;
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
}
