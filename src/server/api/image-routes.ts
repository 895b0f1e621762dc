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
  operationId: 'listImages',
  method: 'get',
  path: '/v1/images',
  tags,
  summary: 'List images',
  description:
    'Returns a page of the ledger, with one row per upload and recipe. To get the next page, send `next` as `cursor`. Rows that exist when the first page is read are neither repeated nor missed. Newest or oldest first, these queries are fast on a ledger of any size: all rows, one `status`, one `code`, one `key`, one `prefix`, or a time range. Add `since` and `until` to any other query; without them, a large ledger returns 503 `TRY_AGAIN`.',
  request: { query: ImagesQuerySchema },
  responses: { 200: json(ImageListSchema, 'A page of images.'), ...problemResponses() },
});

export const getImage = createRoute({
  operationId: 'getImage',
  method: 'get',
  path: '/v1/images/{id}',
  tags,
  summary: 'Get an image',
  request: { params },
  responses: { 200: json(ImageSchema, 'The image.'), ...problemResponses(404) },
});

const fileStatuses = [404, 410, 416] as const;

export const getSource = createRoute({
  operationId: 'getSource',
  method: 'get',
  path: '/v1/images/{id}/source',
  tags,
  summary: 'Download the source file',
  description: 'Streams the file. Supports `ETag`, `If-None-Match` and `Range`.',
  request: { params },
  responses: {
    200: binary('The file.', sourceTypes),
    206: binary('The requested range.', sourceTypes),
    304: { description: 'Not modified: the client’s copy is current.' },
    ...problemResponses(...fileStatuses),
  },
});

export const getGray = createRoute({
  operationId: 'getGray',
  method: 'get',
  path: '/v1/images/{id}/gray',
  tags,
  summary: 'Download the output file',
  description: 'Streams the file. Supports `ETag`, `If-None-Match` and `Range`.',
  request: { params, query: GrayQuerySchema },
  responses: {
    200: binary('The file.', grayTypes),
    206: binary('The requested range.', grayTypes),
    304: { description: 'Not modified: the client’s copy is current.' },
    ...problemResponses(...fileStatuses, 422),
  },
});

export const retryImage = createRoute({
  operationId: 'retryImage',
  method: 'post',
  path: '/v1/images/{id}/retry',
  tags,
  summary: 'Convert the source again',
  description:
    'Converts the newest content of the key immediately, as an event would. Returns the row of that content.',
  request: { params },
  responses: { 200: json(ImageSchema, 'The outcome.'), ...problemResponses(404) },
});

export const removeImage = createRoute({
  operationId: 'removeImage',
  method: 'delete',
  path: '/v1/images/{id}',
  tags,
  summary: 'Delete an output and its row',
  description: 'Keeps the source unless `source=true`.',
  request: { params, query: RemoveQuerySchema },
  responses: { 200: json(RemovedSchema, 'The deleted parts.'), ...problemResponses(404) },
});
