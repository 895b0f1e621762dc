import type { z } from '@hono/zod-openapi';
import { ProblemSchema } from './schemas.ts';

/** A JSON response in the OpenAPI document. */
export function json<Schema extends z.ZodType>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}

/** A response body with one of these media types. */
export function binary(description: string, contentTypes: readonly string[]) {
  const schema = { type: 'string', format: 'binary' } as const;
  return {
    description,
    content: Object.fromEntries(contentTypes.map((contentType) => [contentType, { schema }])),
  };
}

const problemDescriptions = {
  400: 'Invalid request.',
  401: 'The token is missing or wrong.',
  403: 'The request comes from a page of another site, or the files are in another bucket.',
  404: 'Not found.',
  406: 'The server can write none of the types in `Accept`.',
  408: 'The request took too long, or its body arrived too slowly.',
  409: 'The key exists, or the store does not allow uploads from browsers; `code` says which.',
  410: 'A later upload has replaced this content.',
  411: '`Content-Length` is missing.',
  413: 'The body or the image is too large.',
  415: 'The media type of the body is not supported.',
  416: 'The range is outside the file.',
  421: 'The server does not accept this host name.',
  422: 'The image cannot be converted; `code` is the reason.',
  500: 'Internal server error. See the server log.',
  503: 'The server is busy or stopping, or the database or store is unavailable. Retry after `Retry-After`.',
} as const;

/** The error responses of one route, and those that every route has. */
export function problemResponses(...statuses: (keyof typeof problemDescriptions)[]) {
  const all = new Set<keyof typeof problemDescriptions>([
    400,
    401,
    403,
    421,
    500,
    503,
    ...statuses,
  ]);
  return Object.fromEntries(
    [...all].map((status) => [
      status,
      {
        description: problemDescriptions[status],
        content: { 'application/problem+json': { schema: ProblemSchema } },
      },
    ]),
  ) as Record<string, { description: string }>;
}
