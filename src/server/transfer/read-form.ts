import type { z } from '@hono/zod-openapi';
import { invalidParametersError } from '../problems/invalid-parameters.ts';
import type { Service } from '../service.ts';
import { expectFields } from './media-type.ts';
import { readBody } from './read-body.ts';
import { requestSignal } from './request-signal.ts';

/** Ten thousand ids of the largest size. */
const maxFormBytes = 2 ** 18;

/**
 * Reads a form (`application/x-www-form-urlencoded`) of limited size. Throws `INVALID_REQUEST` for
 * fields that do not match the schema.
 */
export async function readForm<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
  { parts, minSpeed }: Pick<Service, 'parts' | 'minSpeed'>,
): Promise<z.infer<Schema>> {
  expectFields(request);
  const signal = requestSignal(request, parts.config.server.requestTimeoutSeconds * 1e3);
  const share = parts.pipeline.transfers.openShare();
  try {
    const bytes = await readBody(request, { maxBytes: maxFormBytes, signal, share, minSpeed });
    const fields = Object.fromEntries(new URLSearchParams(Buffer.from(bytes).toString()));
    const { success, data, error } = schema.safeParse(fields);
    if (success) return data;
    throw invalidParametersError(error, fields);
  } finally {
    share.release();
  }
}
