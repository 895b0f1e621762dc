import { z } from '@hono/zod-openapi';
import { type Recipe, type RecipeOptions, recipeOptions } from '../../convert/index.ts';
import { statuses } from '../../ledger/columns.ts';
import { groupings, parseSide, parseTime } from '../../stats/index.ts';

// Schemas of the query parameters. All are strict: an unknown parameter is an error and is not
// ignored.

/** Reports an unknown parameter together with the known ones. */
export function strictQuery<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys' ? `one of the parameters ${names}` : undefined,
  });
}

/** PostgreSQL cannot store NUL, and object stores accept no longer key. */
const keyText = z
  .string()
  .min(1)
  .refine((key) => !key.includes('\0') && Buffer.byteLength(key) <= 1_024, {
    error: 'Expected a key of 1 to 1,024 bytes without NUL',
  });

/** Any value that a row may hold, without characters that the database rejects. */
const text = z
  .string()
  .min(1)
  .max(1_024)
  .refine((text) => !text.includes('\0'), { error: 'Expected text without NUL' });

/** A time, or an age. */
const timeOrAge = z
  .string()
  .transform((text, context) => {
    const time = parseTime(text, Date.now());
    if (time !== undefined && time >= 0 && time < 253e12) return new Date(time);
    context.addIssue('Expected a time such as 2026-01-31T12:00Z, or an age such as 24h');
    return z.NEVER;
  })
  .openapi({
    type: 'string',
    example: '24h',
    description: 'ISO 8601 time, or an age: 15m, 24h, 7d.',
  });

const wholeNumber = (min: number, max: number) => {
  const error = `Expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.int().min(min, error).max(max, error))
    .openapi({ type: 'integer', minimum: min, maximum: max });
};

const trueOrFalse = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .openapi({ type: 'string', enum: ['true', 'false'] });

const outcomeStatus = z
  .enum(statuses)
  .optional()
  .openapi({ description: 'Rows with this outcome only.' });

const sorts = ['newest', 'oldest', 'slowest', 'fastest'] as const;

/** The filter and order of rows. */
const rowFilter = {
  status: outcomeStatus,
  code: text.optional().openapi({
    description: 'Code of a failure or a skip.',
    example: 'CORRUPT_IMAGE',
  }),
  bucket: text.optional().openapi({ description: 'Bucket of the source.' }),
  key: keyText.optional().openapi({ description: 'The exact key.' }),
  prefix: keyText.optional().openapi({ description: 'Beginning of the key.' }),
  contains: keyText.optional().openapi({
    description:
      'A part of the key, in upper or lower case. Slower than `prefix`: reads rows until the page is full.',
  }),
  method: text.optional().openapi({ description: 'Method of the recipe.', example: 'rec601' }),
  version: text.optional().openapi({ description: 'Version of the processor.' }),
  neutral: trueOrFalse.optional().openapi({
    description: 'Whether the source is gray, apart from noise, even if it was saved in colour.',
  }),
  since: timeOrAge.optional(),
  until: timeOrAge.optional(),
  sort: z
    .enum(sorts)
    .default('newest')
    .openapi({ description: 'Order of the rows: by time, or by duration.' }),
};

export const ImagesQuerySchema = strictQuery({
  ...rowFilter,
  etag: text.optional().openapi({ description: 'ETag of the source; requires `key`.' }),
  limit: wholeNumber(1, 200)
    .default(50)
    .openapi({ default: 50, description: 'Max rows of a page.' }),
  cursor: z.string().max(512).optional().openapi({ description: '`next` of the previous page.' }),
  wait: wholeNumber(1, 60).optional().openapi({
    description: 'Seconds to wait for a row of this `key` if there is none yet; requires `key`.',
  }),
});

export const ExportQuerySchema = strictQuery({
  ...rowFilter,
  format: z.enum(['csv', 'json']).default('csv').openapi({ description: 'Format of the file.' }),
});

export type ImagesQuery = z.infer<typeof ImagesQuerySchema>;

/** `9223372036854775807` is the database's largest id. */
export const ImageIdSchema = strictQuery({
  id: z
    .string()
    .regex(/^[1-9]\d{0,17}$/, 'Expected the id of an image: a whole number')
    .openapi({
      param: { name: 'id', in: 'path' },
      description: 'The id of a row.',
      example: '42',
    }),
});

export const GrayQuerySchema = strictQuery({
  width: wholeNumber(16, 1_024).optional().openapi({
    description:
      'Returns a WebP thumbnail of this width in pixels instead of the file. It is never enlarged.',
  }),
});

export const RemoveQuerySchema = strictQuery({
  source: trueOrFalse.optional().openapi({ description: 'Also delete the source.' }),
});

export const UploadQuerySchema = strictQuery({
  key: keyText.openapi({
    description: 'Key under which the object is stored.',
    example: 'photos/dunes.jpg',
  }),
  presigned: trueOrFalse.optional().openapi({
    description: 'Return a presigned URL of the store instead of accepting the bytes.',
  }),
  ifExists: z.enum(['error', 'replace', 'rename']).default('replace').openapi({
    description:
      'What to do if the key exists: respond with `KEY_EXISTS`, replace the object, or store this one under another key, such as `photo-2.jpg`.',
  }),
});

export const LiveQuerySchema = strictQuery({
  status: outcomeStatus,
  prefix: keyText.optional().openapi({ description: 'Beginning of the key.' }),
});

const since = (age: string) =>
  timeOrAge.prefault(age).openapi({ type: 'string', default: age, example: age });

export const StatsQuerySchema = strictQuery({
  since: since('24h'),
  until: timeOrAge.optional(),
  by: z.enum(groupings).default('stage').openapi({ description: 'How times are grouped.' }),
});

export const TimelineQuerySchema = strictQuery({
  since: since('24h'),
  until: timeOrAge.optional(),
  buckets: wholeNumber(1, 500)
    .prefault('60')
    .openapi({ default: 60, description: 'Number of intervals.' }),
});

export const DistributionQuerySchema = strictQuery({
  since: since('24h'),
  until: timeOrAge.optional(),
});

const side = text
  .refine((name) => parseSide(name, Date.now()) !== undefined, {
    error:
      'Expected a version such as 0.1.0, or a period such as 2026-01-01..2026-01-02 or 48h..24h',
  })
  .openapi({
    description: 'A version (0.1.0), or a period (2026-01-01..2026-01-02, or 48h..24h).',
    example: '0.1.0',
  });

export const CompareQuerySchema = strictQuery({
  baseline: side,
  candidate: side,
  since: since('30d').openapi({
    description: 'Start of the period in which versions are compared.',
  }),
  until: timeOrAge.optional(),
  tolerance: wholeNumber(0, 1_000)
    .prefault('5')
    .openapi({ default: 5, description: 'In percent. A smaller slowdown is not a regression.' }),
});

/** A recipe. Each option is parsed as the table of options defines. */
export const RecipeQuerySchema = strictQuery(
  Object.fromEntries(
    Object.entries(recipeOptions).map(([name, option]) => [
      name,
      z
        .string()
        .transform((text, context) => {
          const value: unknown = option.read(option.fromText(text));
          if (value !== undefined) return value;
          context.addIssue(`Expected ${option.expected}`);
          return z.NEVER;
        })
        .optional()
        .openapi({
          type: typeof option.default === 'number' ? 'integer' : 'string',
          description: `${option.description} Expects ${option.expected}. Default: the server’s configuration.`,
          ...(option.choices && name !== 'method' && { enum: [...option.choices] }),
        }),
    ]),
  ) as unknown as { [Name in keyof Recipe]: z.ZodType<RecipeOptions[Name]> },
);
