/** Errors of the API itself and their HTTP statuses; docs/errors.md explains them. */
export const problems = {
  INVALID_REQUEST: 400,
  UNAUTHORIZED: 401,
  CROSS_SITE: 403,
  OTHER_BUCKET: 403,
  NO_SUCH_ROUTE: 404,
  NO_SUCH_IMAGE: 404,
  NO_SUCH_FILE: 404,
  METHOD_NOT_ALLOWED: 405,
  NOT_ACCEPTABLE: 406,
  REQUEST_TIMEOUT: 408,
  KEY_EXISTS: 409,
  NOT_PRESIGNABLE: 409,
  CONTENT_REPLACED: 410,
  LENGTH_REQUIRED: 411,
  BODY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  MISDIRECTED_HOST: 421,
  INTERNAL: 500,
  SCHEMA_OUTDATED: 503,
  TRY_AGAIN: 503,
  OVERLOADED: 503,
} as const;

export type ProblemCode = keyof typeof problems;

export interface InvalidParameter {
  name: string;
  expected: string;
  received: string | null;
}

/** The API rejects the request. */
export class RequestError extends Error {
  readonly code: ProblemCode;
  readonly errors: InvalidParameter[] | undefined;

  constructor(code: ProblemCode, message: string, options: { errors?: InvalidParameter[] } = {}) {
    super(message);
    this.name = 'RequestError';
    this.code = code;
    this.errors = options.errors;
  }
}
