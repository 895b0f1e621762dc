import { createRoute, z } from '@hono/zod-openapi';
import { ExportQuerySchema, strictQuery } from './queries.ts';
import { binary, json, problemResponses } from './responses.ts';
import { ImageListSchema, RemovedListSchema, RetriedListSchema } from './schemas.ts';

// Operations on several images. Their bodies are forms, because these are the shortest with curl.

const tags = ['Images'];

/** The max numbers of images in one request. */
const maxIds = { zip: 10_000, retry: 100, remove: 1_000 } as const;

/** `ids=1,2,3` */
const idList = (max: number) =>
  z
    .string()
    .transform((text) => [...new Set(text.split(',').map((id) => id.trim()))])
    .refine((ids) => ids.length <= max && ids.every((id) => /^[1-9]\d{0,17}$/.test(id)), {
      error: `Expected 1 to ${max.toLocaleString('en-US')} ids of images, separated by commas,`,
    });

export const ZipFormSchema = strictQuery({ ids: idList(maxIds.zip) });
export const RetryFormSchema = strictQuery({ ids: idList(maxIds.retry) });
export const RemoveFormSchema = strictQuery({
  ids: idList(maxIds.remove),
  source: z.enum(['true', 'false']).optional(),
});

const formBody = (max: number, more: Record<string, object> = {}) => ({
  required: true,
  content: {
    'application/x-www-form-urlencoded': {
      schema: {
        type: 'object' as const,
        required: ['ids'],
        properties: {
          ids: {
            type: 'string' as const,
            example: '1,2,3',
            description: `Ids of 1 to ${max.toLocaleString('en-US')} images, separated by commas.`,
          },
          ...more,
        },
      },
    },
  },
});

export const zipImages = createRoute({
  operationId: 'zipImages',
  method: 'post',
  path: '/v1/images/zip',
  tags,
  summary: 'Download several output files as one ZIP',
  description:
    'Streams the files in the order of the ids. Files have the extension of their format. If some images have no output, the file `not-included.txt` in the ZIP lists them.',
  request: { body: formBody(maxIds.zip) },
  responses: {
    200: binary('The ZIP file.', ['application/zip']),
    ...problemResponses(404, 408, 413, 415),
  },
});

export const retryImages = createRoute({
  operationId: 'retryImages',
  method: 'post',
  path: '/v1/images/retry',
  tags,
  summary: 'Convert several sources again',
  description:
    'Converts the newest content of each key immediately or, with a queue, puts it into the queue. The action of a result is `retry` if a service was unavailable: send this id again.',
  request: { body: formBody(maxIds.retry) },
  responses: {
    200: json(RetriedListSchema, 'The result for each id, in the same order.'),
    ...problemResponses(408, 413, 415),
  },
});

export const removeImages = createRoute({
  operationId: 'removeImages',
  method: 'post',
  path: '/v1/images/delete',
  tags,
  summary: 'Delete several outputs and their rows',
  description:
    'Keeps the sources unless `source=true`. If a request ends early, it can be repeated.',
  request: {
    body: formBody(maxIds.remove, {
      source: {
        type: 'string',
        enum: ['true', 'false'],
        description: 'Also delete the sources.',
      },
    }),
  },
  responses: {
    200: json(RemovedListSchema, 'The deleted parts of each image, in the same order.'),
    ...problemResponses(408, 413, 415),
  },
});

export const exportImages = createRoute({
  operationId: 'exportImages',
  method: 'get',
  path: '/v1/images/export',
  tags,
  summary: 'Download all rows of a filter as CSV or JSON',
  description:
    'Streams every matching row. The filters are those of the list. CSV has the columns of the table `image_metadata`; JSON has the images of the list, in one array. In CSV, texts that a spreadsheet would run as a formula are preceded by an apostrophe.',
  request: { query: ExportQuerySchema },
  responses: {
    200: {
      description: 'The rows.',
      content: {
        'text/csv': { schema: { type: 'string' as const } },
        'application/json': { schema: ImageListSchema.shape.images },
      },
    },
    ...problemResponses(),
  },
});
