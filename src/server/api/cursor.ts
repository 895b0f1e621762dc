import { z } from '@hono/zod-openapi';
import type { RowOrder, RowPosition } from '../../ledger/ledger-reader.ts';
import { RequestError } from '../problems/problems.ts';

/** A cursor's content. It is opaque to clients, and nothing in a received one is trusted. */
const ContentSchema = z.tuple([
  z.enum(['newest', 'oldest', 'slowest', 'fastest']),
  z.union([
    z.number().min(0).max(1e15),
    z
      .string()
      // PostgreSQL stores at most six fractional digits.
      .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/)
      .refine((text) => z.iso.datetime().safeParse(text).success && text >= '1970'),
  ]),
  z.string().regex(/^[1-9]\d{0,17}$/),
]);

/** Encodes the position after which the next page begins. */
export function writeCursor(order: RowOrder, { value, id }: RowPosition): string {
  return Buffer.from(JSON.stringify([order, value, id])).toString('base64url');
}

/** Decodes a cursor. Throws `INVALID_REQUEST` for one that was not issued for this order. */
export function readCursor(order: RowOrder, cursor: string): RowPosition {
  const { success, data } = ContentSchema.safeParse(parse(cursor));
  const isTime = order === 'newest' || order === 'oldest';
  if (success && data[0] === order && isTime === (typeof data[1] === 'string')) {
    return { value: data[1], id: data[2] };
  }
  const expected = `\`next\` of a page sorted by ${order}`;
  throw new RequestError('INVALID_REQUEST', `Expected cursor to be ${expected}.`, {
    errors: [{ name: 'cursor', expected, received: cursor.slice(0, 100) }],
  });
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
