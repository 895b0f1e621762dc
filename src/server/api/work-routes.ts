import { createRoute } from '@hono/zod-openapi';
import { inputFormats, outputFormats } from '../../convert/index.ts';
import { RecipeQuerySchema, UploadQuerySchema } from './queries.ts';
import { binary, json, problemResponses } from './responses.ts';
import { EventAnswerSchema, PresignedUploadSchema, UploadSchema } from './schemas.ts';

const inputTypes = new Set(Object.values(inputFormats).map(({ contentType }) => contentType));

/** Media types accepted for an image; the format is detected from its content. */
const { content } = binary('', ['application/octet-stream', ...inputTypes]);
const body = { content };

export const convert = createRoute({
  operationId: 'convert',
  method: 'post',
  path: '/v1/convert',
  tags: ['Work'],
  summary: 'Convert an image without storing it',
  description:
    'Without `format`, the output has the first supported type in `Accept`, or else the configured format. `Server-Timing` lists the duration of each stage.',
  request: { query: RecipeQuerySchema, body },
  responses: {
    200: binary(
      'The output file. The headers `X-Image-Width`, `-Height`, `-Channels`, `-Depth` and `-Losses` describe it, `-Colourfulness` and `-Neutral` its source.',
      Object.values(outputFormats).map(({ contentType }) => contentType),
    ),
    ...problemResponses(406, 408, 413, 415, 422),
  },
});

export const upload = createRoute({
  operationId: 'upload',
  method: 'post',
  path: '/v1/uploads',
  tags: ['Work'],
  summary: 'Upload an image to the bucket',
  description:
    'Streams the body to the store. The store’s event then starts the conversion. With `presigned=true`, the request has no body, and the response contains a presigned URL of the store. This requires a store that allows uploads from browsers (CORS).\n\n`ifExists=error` and `ifExists=rename` never replace an object: the key is checked before the bytes are read, and again by the store if it supports `If-None-Match`. `grayscale doctor` says whether it does; otherwise, and with `presigned=true`, two programs that upload to a free key at the same moment can replace each other’s object.',
  request: { query: UploadQuerySchema, body: { ...body, required: false } },
  responses: {
    200: json(PresignedUploadSchema, 'The presigned URL.'),
    202: json(UploadSchema, 'The image is stored. Its outcome follows.'),
    ...problemResponses(408, 409, 411, 413, 415),
  },
});

export const receiveEvent = createRoute({
  operationId: 'receiveEvent',
  method: 'post',
  path: '/v1/events',
  tags: ['Work'],
  summary: 'Receive bucket notifications (webhook)',
  description:
    'Accepts events of S3, EventBridge, SNS, MinIO, RustFS, Ceph, VersityGW and SeaweedFS. Returns 2xx only when all outcomes are recorded or, with a queue, when all uploads are in it. On any other status, the sender must send the event again.',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: { type: 'object' as const } } },
    },
  },
  responses: {
    200: json(EventAnswerSchema, 'All outcomes are recorded, or all uploads are in the queue.'),
    ...problemResponses(408, 413),
  },
});
