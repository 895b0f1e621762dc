import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ConversionError, RecipeError } from '../../convert/index.ts';
import { BodyLengthError, RangeOutsideError } from '../../pipeline/index.ts';
import { ClientGoneError } from '../transfer/work-signal.ts';
import { type ProblemCode, problems, RequestError, type WrongParameter } from './problems.ts';

interface Refusal {
  status: number;
  code: string;
  detail: string;
  errors?: WrongParameter[] | undefined;
}

const retryAfterSeconds = 5;

/** An RFC 9457 problem document. */
export function answerProblem(c: Context, { status, code, detail, errors }: Refusal): Response {
  const problem = {
    type: 'about:blank',
    title: STATUS_CODES[status] ?? 'Error',
    status,
    code,
    detail,
    ...(errors && { errors }),
  };
  const headers: Record<string, string> = { 'content-type': 'application/problem+json' };
  if (status === 503) headers['retry-after'] = String(retryAfterSeconds);
  // What is left of the request may still come, and nobody reads it.
  if (status === 408) headers.connection = 'close';
  return c.body(JSON.stringify(problem), status as 500, headers);
}

/** What HTTP says to whatever a handler threw; `log` gets what the client must not be told. */
export function refusalOf(error: unknown, log: (error: Error) => void): Refusal {
  if (error instanceof RequestError) {
    return refusal(error.code, error.message, error.errors);
  }
  if (error instanceof ConversionError) {
    const status = error.code === 'FILE_TOO_LARGE' ? 413 : 422;
    return { status, code: error.code, detail: error.message };
  }
  if (error instanceof RecipeError) {
    return refusal('INVALID_REQUEST', `${error.message}.`);
  }
  if (error instanceof BodyLengthError) return refusal('INVALID_REQUEST', error.message);
  if (error instanceof RangeOutsideError) return refusal('RANGE_NOT_SATISFIABLE', error.message);
  if (error instanceof ClientGoneError) return refusal('REQUEST_TIMEOUT', error.message);
  if (error instanceof HTTPException) return refusal('INVALID_REQUEST', error.message);

  const cause = error instanceof Error ? error : new Error(String(error));
  log(cause);
  if ('code' in cause && cause.code === 'DATABASE_TOO_SLOW') {
    return refusal(
      'TRY_AGAIN',
      'The database did not answer in time. Ask for less, as with since and until, or try again.',
    );
  }
  return mayPass(cause)
    ? refusal(
        'TRY_AGAIN',
        'The store or the database did not answer as it should. Try again; /readyz says which of them it is.',
      )
    : refusal('INTERNAL', 'The server made a mistake; its log has the cause.');
}

function refusal(code: ProblemCode, detail: string, errors?: WrongParameter[]): Refusal {
  return { status: problems[code], code, detail, errors };
}

const network = /^(E[A-Z_]+|DATABASE_\w+|SCHEMA_OUTDATED|UND_ERR_\w+)$/;
/** Connection, conflict, resources, operator, and a table that is not there yet. */
const database = /^(08|25006|40|42P01|42703|53|55|57)/;

/** Whether the failure is another service's, by the marks that its driver leaves. */
function mayPass(error: Error): boolean {
  if ('$metadata' in error || error.name === 'TimeoutError' || error.name === 'AbortError') {
    return true;
  }
  const code = 'code' in error ? String(error.code) : '';
  return network.test(code) || database.test(code) || /timeout|terminated/i.test(error.message);
}
