import { createRoute } from '@hono/zod-openapi';
import { inputFormats, outputFormats } from '../../convert/index.ts';
import { RecipeQuerySchema, UploadQuerySchema } from './queries.ts';
import { binary, json, problemResponses } from './responses.ts';
import { EventAnswerSchema, PresignedUploadSchema, UploadSchema } from './schemas.ts';

const file = { type: 'string', format: 'binary' } as const;

/** Media types accepted for an image; the format is detected from its content. */
const body = {
  content: Object.fromEntries(
    [
      'application/octet-stream',
      ...new Set(Object.values(inputFormats).map(({ contentType }) => contentType)),
    ].map((contentType) => [contentType, { schema: file }]),
  ),
};

export const convert = createRoute({
  method: 'post',
  path: '/v1/convert',
  tags: ['Work'],
  summary: 'A picture in, its gray twin out; nothing is kept',
  description:
    'Without `format`, the first type of `Accept` that can be written decides, else the configured format. `Server-Timing` has the stages.',
  request: { query: RecipeQuerySchema, body },
  responses: {
    200: binary(
      'The gray file. `X-Image-Width`, `-Height`, `-Channels`, `-Depth` and `-Losses` tell of it.',
      Object.values(outputFormats).map(({ contentType }) => contentType),
    ),
    ...problemResponses(406, 408, 413, 422),
  },
});

export const upload = createRoute({
  method: 'post',
  path: '/v1/uploads',
  tags: ['Work'],
  summary: 'Put a picture into the bucket',
  description:
    'The body streams to the store, whose event does the rest. With `presigned=true` there is no body: the answer names a URL of the store, where that store lets browsers in (CORS).',
  request: { query: UploadQuerySchema, body: { ...body, required: false } },
  responses: {
    200: json(PresignedUploadSchema, 'Where to send the bytes.'),
    202: json(UploadSchema, 'Stored; the outcome follows.'),
    ...problemResponses(408, 409, 411, 413),
  },
});

export const receiveEvent = createRoute({
  method: 'post',
  path: '/v1/events',
  tags: ['Work'],
  summary: 'The webhook for bucket notifications',
  description:
    'Takes events of S3, EventBridge, SNS, MinIO, RustFS, Ceph and VersityGW. Answered 2xx only when all outcomes are recorded: whoever sends the event and gets another answer sends it again.',
  request: {
    body: {
      required: true,
      content: { 'application/json': { schema: { type: 'object' as const } } },
    },
  },
  responses: {
    200: json(EventAnswerSchema, 'Every outcome is recorded.'),
    ...problemResponses(408, 413),
  },
});
