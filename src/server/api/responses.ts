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
  403: 'A page of another site requests it, or the files are in another bucket.',
  404: 'Not found.',
  406: 'None of the types that `Accept` names can be written.',
  408: 'The request took too long, or its body arrived too slowly.',
  409: 'The store does not allow it.',
  410: 'A later upload took the place of this content.',
  411: 'The length of the body is not announced.',
  413: 'The body or picture is too large.',
  416: 'The range lies outside the file.',
  421: 'The host name is not one of this server.',
  422: 'The picture cannot be converted; `code` says why.',
  500: 'A fault of the server, which its log explains.',
  503: 'Busy, stopping, or a service behind it does not answer: try again after `Retry-After`.',
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
