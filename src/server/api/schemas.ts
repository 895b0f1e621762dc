import { z } from '@hono/zod-openapi';
import { type Loss, lossMeanings } from '../../convert/index.ts';
import { type ColumnKind, type Fields, fields, statuses } from '../../ledger/columns.ts';
import { type Stage, stages } from '../../pipeline/index.ts';

// Schemas of the API's responses. Missing values are null and not omitted, so that a client sees
// every field in its first response. Only stages that did not run are absent.

const milliseconds = z.number().min(0);
export const bytes = z.int().min(0);
const time = z.iso.datetime().openapi({ example: '2026-03-01T12:30:45.123456Z' });

const kindSchemas = {
  id: z.string(),
  status: z.enum(statuses),
  text: z.string(),
  texts: z.array(z.string()),
  bytes,
  integer: z.int(),
  smallint: z.int(),
  milliseconds,
  flag: z.boolean(),
  moment: time,
} satisfies Record<ColumnKind, z.ZodType>;

type FieldSchemas = {
  [Field in keyof Fields]: Fields[Field] extends { isAlwaysSet: true }
    ? (typeof kindSchemas)[Fields[Field]['kind']]
    : z.ZodNullable<(typeof kindSchemas)[Fields[Field]['kind']]>;
};

/** The schema of each field of a row, matching its column. */
const fieldSchemas = Object.fromEntries(
  Object.entries(fields).map(([field, column]) => {
    const schema = kindSchemas[column.kind];
    return [field, 'isAlwaysSet' in column ? schema : schema.nullable()];
  }),
) as unknown as FieldSchemas;

const StagesSchema = z
  .object(
    Object.fromEntries(stages.map((stage) => [stage, milliseconds.optional()])) as Record<
      Stage,
      z.ZodOptional<typeof milliseconds>
    >,
  )
  .openapi('Stages', {
    description: 'Duration of each stage that ran, in milliseconds and in order.',
    example: { queue: 12.1, fetch: 8.4, decode: 31.9, gray: 2.2, encode: 40.7, store: 9.3 },
  });

const SourceSchema = z
  .object({
    bucket: fieldSchemas.sourceBucket,
    key: fieldSchemas.sourceKey,
    versionId: fieldSchemas.sourceVersion,
    etag: fieldSchemas.sourceEtag,
    sizeBytes: fieldSchemas.sourceSizeBytes,
    format: fieldSchemas.inputFormat.openapi({ example: 'jpeg' }),
    pages: fieldSchemas.pages,
    colourfulness: z
      .object({ max: z.int(), p99: z.int(), isNeutral: z.boolean() })
      .nullable()
      .openapi({
        description:
          'Chroma of the pixels, from 0 to 255: the max and the 99th percentile. `isNeutral` means gray, apart from noise. Null if unknown.',
      }),
  })
  .openapi('Source', { description: 'The uploaded content; unknown facts are null.' });

const OutputSchema = z
  .object({
    bucket: fieldSchemas.outputBucket,
    key: z.string(),
    sizeBytes: fieldSchemas.outputSizeBytes,
    sha256: fieldSchemas.outputSha256.openapi({
      description: 'SHA-256 of the output, in hex; null for rows that older versions wrote.',
    }),
    format: fieldSchemas.outputFormat.openapi({ example: 'png' }),
    width: fieldSchemas.width,
    height: fieldSchemas.height,
    channels: fieldSchemas.channels,
    depth: fieldSchemas.depth,
    losses: z.array(z.enum(Object.keys(lossMeanings) as [Loss, ...Loss[]])),
  })
  .openapi('Output', { description: 'The output file.' });

export const RecipeSchema = z
  .object({
    hash: z.string(),
    text: z.string().openapi({ example: 'rec601 png' }),
    method: z.string(),
    format: z.string(),
  })
  .openapi('Recipe', { description: 'All settings that determine the output of a source.' });

export const ImageSchema = z
  .object({
    id: fieldSchemas.id.openapi({ example: '42' }),
    status: fieldSchemas.status,
    code: fieldSchemas.code.openapi({
      description: 'Reason why there is no output; docs/errors.md lists all codes.',
    }),
    message: fieldSchemas.message,
    source: SourceSchema,
    output: OutputSchema.nullable(),
    recipe: RecipeSchema.nullable().openapi({
      description: 'Null for rows that the original program wrote.',
    }),
    stagesMs: StagesSchema,
    durationMs: fieldSchemas.durationMs.openapi({
      description: 'Total duration of all stages except the queue.',
    }),
    attempts: fieldSchemas.attempts,
    coldStart: fieldSchemas.coldStart,
    processorVersion: fieldSchemas.processorVersion,
    eventTime: fieldSchemas.eventTime,
    recordedAt: fieldSchemas.recordedAt,
    links: z
      .object({
        self: z.string(),
        source: z.string().nullable(),
        gray: z.string().nullable(),
        thumbnail: z.string().nullable(),
      })
      .openapi({ description: 'Paths of this API; null if there is no such file.' }),
  })
  .openapi('Image', { description: 'The outcome of one content and recipe: a row of the ledger.' });

export const ImageListSchema = z
  .object({
    images: z.array(ImageSchema),
    next: z
      .string()
      .nullable()
      .openapi({ description: 'Cursor of the next page; null on the last page.' }),
  })
  .openapi('ImageList');

export const UploadSchema = z
  .object({
    bucket: z.string(),
    key: z.string(),
    etag: z.string(),
    versionId: z.string().nullable(),
    sizeBytes: bytes,
    outcome: z.string().openapi({
      description: 'Path of the outcome: a list that is empty until the image is processed.',
      example: '/v1/images?bucket=uploads&key=photo.jpg&etag=9bb58f26192e4ba00f01e2e7b136bbd8',
    }),
  })
  .openapi('Upload');

export const PresignedUploadSchema = z
  .object({
    method: z.literal('PUT'),
    url: z.url(),
    headers: z.record(z.string(), z.string()),
    expiresAt: time,
    outcome: z.string(),
  })
  .openapi('PresignedUpload', {
    description: 'A request that uploads the bytes directly to the store, also from a browser.',
  });

export const RemovedSchema = z
  .object({
    id: z.string(),
    removed: z.array(z.enum(['row', 'output', 'source'])),
  })
  .openapi('Removed');

export const RemovedListSchema = z
  .object({
    results: z.array(
      RemovedSchema.extend({
        problem: z
          .string()
          .nullable()
          .openapi({ description: 'Why nothing was deleted; null if it was.' }),
      }),
    ),
  })
  .openapi('RemovedList');

const EventResultSchema = z.object({
  action: z.enum(['processed', 'queued', 'ignored', 'refused', 'retry']),
  key: z.string().nullable(),
  status: z.enum(statuses).nullable(),
  code: z.string().nullable(),
  reason: z.string().nullable(),
});

export const RetriedListSchema = z
  .object({ results: z.array(EventResultSchema.extend({ id: z.string() })) })
  .openapi('RetriedList');

export const EventAnswerSchema = z
  .object({ results: z.array(EventResultSchema) })
  .openapi('EventAnswer', { description: 'Outcome of each record of the event, in order.' });

export const ProblemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'docs/errors.md lists all codes.' }),
    detail: z
      .string()
      .openapi({ description: 'What happened, what was expected, and how to fix it.' }),
    errors: z
      .array(z.object({ name: z.string(), expected: z.string(), received: z.string().nullable() }))
      .optional()
      .openapi({ description: 'Each invalid parameter.' }),
  })
  .openapi('Problem', {
    description: 'RFC 9457',
    example: {
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      code: 'INVALID_REQUEST',
      detail: 'Expected a whole number from 1 to 200 for limit but received "0".',
      errors: [{ name: 'limit', expected: 'a whole number from 1 to 200', received: '0' }],
    },
  });

export type Image = z.infer<typeof ImageSchema>;
export type ImageList = z.infer<typeof ImageListSchema>;
export type Upload = z.infer<typeof UploadSchema>;
export type EventResult = z.infer<typeof EventResultSchema>;
export type RetriedList = z.infer<typeof RetriedListSchema>;
export type RemovedList = z.infer<typeof RemovedListSchema>;
export type Problem = z.infer<typeof ProblemSchema>;
