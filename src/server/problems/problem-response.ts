import { STATUS_CODES } from 'node:http';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { ConversionError, RecipeError } from '../../convert/index.ts';
import {
  BodyLengthError,
  failureReason,
  isSchemaOutdated,
  isServiceError,
  RangeOutsideError,
  Timeout,
} from '../../pipeline/index.ts';
import { ClientDisconnectedError } from '../transfer/request-signal.ts';
import { type InvalidParameter, type ProblemCode, problems, RequestError } from './problems.ts';

interface ProblemDetails {
  status: number;
  code: string;
  detail: string;
  errors?: InvalidParameter[] | undefined;
}

const retryAfterSeconds = 5;

/** An RFC 9457 problem document. */
export function problemResponse(
  c: Context,
  { status, code, detail, errors }: ProblemDetails,
): Response {
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
  // The rest of the request may still arrive, but is not read.
  if (status === 408) headers.connection = 'close';
  return c.body(JSON.stringify(problem), status as 500, headers);
}

/** The HTTP response to any thrown error; `log` receives details that the client must not see. */
export function toProblem(error: unknown, log: (error: Error) => void): ProblemDetails {
  if (error instanceof RequestError) {
    return detailsOf(error.code, error.message, error.errors);
  }
  if (error instanceof ConversionError) {
    const status = error.code === 'FILE_TOO_LARGE' ? 413 : 422;
    return { status, code: error.code, detail: error.message };
  }
  if (error instanceof RecipeError) {
    return detailsOf('INVALID_REQUEST', `${error.message}.`);
  }
  if (error instanceof BodyLengthError) return detailsOf('INVALID_REQUEST', error.message);
  if (error instanceof RangeOutsideError) return detailsOf('RANGE_NOT_SATISFIABLE', error.message);
  if (error instanceof ClientDisconnectedError) return detailsOf('REQUEST_TIMEOUT', error.message);
  if (error instanceof HTTPException) return detailsOf('INVALID_REQUEST', error.message);

  const cause = error instanceof Error ? error : new Error(String(error));
  log(cause);
  if (isSchemaOutdated(error)) return detailsOf('SCHEMA_OUTDATED', failureReason(error));
  if (error instanceof Timeout && error.advice === undefined)
    return detailsOf('TRY_AGAIN', slowQueryDetail);
  if (isServiceError(error)) {
    return detailsOf(
      'TRY_AGAIN',
      error.advice === undefined ? unknownCauseDetail : `${error.advice} Then try again.`,
    );
  }
  return detailsOf('INTERNAL', 'Internal server error. See the server log.');
}

const unknownCauseDetail =
  'The store or the database is unavailable or rejected the request. Try again; /readyz shows which of them has a problem.';

const slowQueryDetail =
  'The store or the database did not answer in time. Request a shorter time range (since, until), or use a query that is fast without one: newest or oldest first, without a filter or with a status of failed or skipped, a code, a key or a prefix.';

function detailsOf(code: ProblemCode, detail: string, errors?: InvalidParameter[]): ProblemDetails {
  return { status: problems[code], code, detail, errors };
}
