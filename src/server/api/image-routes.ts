import { createRoute } from '@hono/zod-openapi';
import { inputFormats, outputFormats } from '../../convert/index.ts';
import { GrayQuerySchema, ImageIdSchema, ImagesQuerySchema, RemoveQuerySchema } from './queries.ts';
import { binary, json, problemResponses } from './responses.ts';
import { ImageListSchema, ImageSchema, RemovedSchema } from './schemas.ts';

const tags = ['Images'];
const params = ImageIdSchema;

const grayTypes = Object.values(outputFormats).map(({ contentType }) => contentType);
const sourceTypes = [
  ...new Set(Object.values(inputFormats).map(({ contentType }) => contentType)),
  'application/octet-stream',
];

export const listImages = createRoute({
  method: 'get',
  path: '/v1/images',
  tags,
  summary: 'The ledger: what became of each upload',
  description:
    'A page of rows. `next` of one page is `cursor` of the next one; pages neither repeat nor miss a row that was there from the first page on. On a ledger of any size these are fast, newest or oldest first: all rows, one `status`, one `code`, one `key`, one `prefix`, or a time range. Add `since` and `until` to everything else, or a large ledger answers 503 `TRY_AGAIN`.',
  request: { query: ImagesQuerySchema },
  responses: { 200: json(ImageListSchema, 'A page.'), ...problemResponses() },
});

export const getImage = createRoute({
  method: 'get',
  path: '/v1/images/{id}',
  tags,
  summary: 'One row of the ledger',
  request: { params },
  responses: { 200: json(ImageSchema, 'The row.'), ...problemResponses(404) },
});

const fileStatuses = [404, 410, 416] as const;

export const getSource = createRoute({
  method: 'get',
  path: '/v1/images/{id}/source',
  tags,
  summary: 'The file that was uploaded',
  description: 'Streams, with `ETag`, `If-None-Match` and `Range`.',
  request: { params },
  responses: {
    200: binary('The file.', sourceTypes),
    206: binary('The range of it that was asked for.', sourceTypes),
    304: { description: 'It is what the client has.' },
    ...problemResponses(...fileStatuses),
  },
});

export const getGray = createRoute({
  method: 'get',
  path: '/v1/images/{id}/gray',
  tags,
  summary: 'The gray file',
  description: 'Streams, with `ETag`, `If-None-Match` and `Range`.',
  request: { params, query: GrayQuerySchema },
  responses: {
    200: binary('The file.', grayTypes),
    206: binary('The range of it that was asked for.', grayTypes),
    304: { description: 'It is what the client has.' },
    ...problemResponses(...fileStatuses, 422),
  },
});

export const retryImage = createRoute({
  method: 'post',
  path: '/v1/images/{id}/retry',
  tags,
  summary: 'Convert the key of a row once more, at once',
  description:
    'Reads the newest content of the key, as an event would, and answers with the row of that content.',
  request: { params },
  responses: { 200: json(ImageSchema, 'What became of it.'), ...problemResponses(404) },
});

export const removeImage = createRoute({
  method: 'delete',
  path: '/v1/images/{id}',
  tags,
  summary: 'Remove an output and its row',
  description: 'The source stays, unless `source=true`.',
  request: { params, query: RemoveQuerySchema },
  responses: { 200: json(RemovedSchema, 'What was removed.'), ...problemResponses(404) },
});
