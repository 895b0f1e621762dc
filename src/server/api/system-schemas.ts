import { z } from '@hono/zod-openapi';
import { outputFormats } from '../../convert/index.ts';
import { bytes, RecipeSchema } from './schemas.ts';

// Schemas of the server's own state.

const CheckSchema = z.object({ ok: z.boolean(), problem: z.string().nullable() });

export const ReadinessSchema = z
  .object({
    ready: z.boolean(),
    checks: z.object({
      database: CheckSchema,
      migrations: CheckSchema,
      store: CheckSchema,
      queue: CheckSchema.optional(),
    }),
  })
  .openapi('Readiness');

export const QueueSchema = z
  .object({
    queue: z
      .object({
        waiting: z.int().openapi({ description: 'Those that wait for a retry included.' }),
        inFlight: z.int().openapi({ description: 'Held by a worker.' }),
        dead: z.int().nullable().openapi({ description: 'Failed too often.' }),
        oldestSeconds: z
          .number()
          .nullable()
          .openapi({ description: 'Age of the oldest waiting upload; null for SQS.' }),
      })
      .nullable()
      .openapi({ description: 'null if uploads are converted where they arrive.' }),
  })
  .openapi('Queue');

export type QueueAnswer = z.infer<typeof QueueSchema>;

export const HealthSchema = z
  .object({ status: z.literal('ok'), version: z.string() })
  .openapi('Health');

export const AboutSchema = z
  .object({
    version: z.string(),
    bucket: z.string().nullable(),
    outputPrefix: z.string(),
    recipe: RecipeSchema,
    limits: z.object({ maxBytes: bytes, maxPixels: z.int(), maxPages: z.int() }),
    methods: z.array(z.string()),
    formats: z.array(z.enum(Object.keys(outputFormats) as [string, ...string[]])),
    outputs: z
      .array(
        z.object({
          format: z.string(),
          name: z.string(),
          hasQuality: z.boolean(),
          hasLossless: z.boolean(),
          depths: z
            .array(z.string())
            .openapi({ description: 'Values of `depth`, in bits per sample.' }),
        }),
      )
      .openapi({ description: 'What can be chosen for each output format.' }),
    inputs: z
      .array(
        z.object({ name: z.string(), contentType: z.string(), extensions: z.array(z.string()) }),
      )
      .openapi({ description: 'Input formats that the server’s recipe accepts.' }),
  })
  .openapi('About', {
    description: 'Settings, limits and formats of the server, for forms and file pickers.',
  });

export type About = z.infer<typeof AboutSchema>;
