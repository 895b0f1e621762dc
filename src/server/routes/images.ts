import { recipeHash } from '../../convert/index.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import {
  contentId,
  describeCause,
  failureCode,
  failureReason,
  isPermanent,
  processBatch,
} from '../../pipeline/index.ts';
import { logOutcome } from '../../process/log-outcome.ts';
import { readCursor, writeCursor } from '../api/cursor.ts';
import { imageDocument } from '../api/image-document.ts';
import { getImage, listImages, removeImage, retryImage } from '../api/image-routes.ts';
import { positionOf } from '../api/row-position.ts';
import { RequestError } from '../problems/problems.ts';
import type { FilePart } from '../row-files/locate-file.ts';
import { removeRow } from '../row-files/remove-row.ts';
import { requireServedBuckets, servedBucketsOf } from '../row-files/served-buckets.ts';
import type { Api, Service } from '../service.ts';
import { createLimiter } from '../transfer/limiter.ts';
import { waitForRows } from '../transfer/wait-for-rows.ts';

/** Each takes a connection and asks whenever rows are written. */
const maxWaiting = 200;

/** The ledger's rows, and the operations on them. */
export function addImageRoutes(app: Api, service: Service): void {
  const { reader } = service.parts;
  const buckets = servedBucketsOf(service.parts);
  const waiting = createLimiter(maxWaiting);

  app.openapi(listImages, async (c) => {
    const { sort, limit, cursor, since, until, wait, ...fields } = c.req.valid('query');
    const filter = { ...fields, since: since?.toISOString(), until: until?.toISOString() };
    if (filter.key === undefined) rejectWithoutKey({ etag: filter.etag, wait });
    const after = cursor === undefined ? undefined : readCursor(sort, cursor);
    // One row more than requested shows whether there is a next page.
    const query = () => reader.list(filter, { order: sort, limit: limit + 1, after });
    let rows = await query();
    if (rows.length === 0 && wait !== undefined) {
      const signal = AbortSignal.any([c.req.raw.signal, service.stopping]);
      const options = { feed: service.feed, waitMs: wait * 1e3, signal };
      rows = await waiting.run(() => waitForRows(query, options));
    }
    const page = rows.slice(0, limit);
    const last = rows.length > limit ? page.at(-1) : undefined;
    const next = last ? writeCursor(sort, positionOf(last, sort)) : null;
    return c.json({ images: page.map((row) => imageDocument(row, buckets)), next }, 200);
  });

  app.openapi(getImage, async (c) => {
    const row = await findRow(service, c.req.valid('param').id);
    return c.json(imageDocument(row, buckets), 200);
  });

  app.openapi(retryImage, async (c) => {
    const row = await findServedRow(service, c.req.valid('param').id, 'source');
    const retried = await service.limiter.run(() => retry(row, service));
    return c.json(imageDocument(retried, buckets), 200);
  });

  app.openapi(removeImage, async (c) => {
    const row = await findServedRow(service, c.req.valid('param').id, 'output');
    const { source = false } = c.req.valid('query');
    const removed = await removeRow(row, service.parts, { withSource: source });
    return c.json({ id: row.id, removed }, 200);
  });
}

/** Finds a row whose files may be read or changed. Throws `NO_SUCH_IMAGE` and `OTHER_BUCKET`. */
export async function findServedRow(
  service: Pick<Service, 'parts'>,
  id: string,
  part: FilePart,
): Promise<LedgerRow> {
  return requireServedBuckets(await findRow(service, id), servedBucketsOf(service.parts), part);
}

/** Throws `NO_SUCH_IMAGE` for an unknown id. */
async function findRow({ parts }: Pick<Service, 'parts'>, id: string): Promise<LedgerRow> {
  const row = await parts.reader.find(id);
  if (row) return row;
  throw new RequestError('NO_SUCH_IMAGE', `There is no image ${id}; it may have been deleted.`);
}

/**
 * No index covers the ETag alone, and only a client that waits for its upload needs it or the
 * waiting.
 */
function rejectWithoutKey(received: {
  etag?: string | undefined;
  wait?: number | undefined;
}): void {
  for (const [name, value] of Object.entries(received)) {
    if (value === undefined) continue;
    const expected = 'to be sent together with key';
    throw new RequestError('INVALID_REQUEST', `Expected ${name} ${expected}.`, {
      errors: [{ name, expected, received: String(value) }],
    });
  }
}

async function retry(row: LedgerRow, { parts, feed, metrics, log }: Service): Promise<LedgerRow> {
  const { sourceBucket: bucket, sourceKey: key, sourceSizeBytes } = row;
  if (bucket === null || key === null) {
    throw new RequestError('NO_SUCH_FILE', `The row of image ${row.id} has no source.`);
  }
  const upload = { bucket, key, ...(sourceSizeBytes !== null && { sizeBytes: sourceSizeBytes }) };
  const timeoutMs = parts.config.server.requestTimeoutSeconds * 1e3;
  const { results, outcomes } = await processBatch([upload], parts.pipeline, { timeoutMs });
  for (const outcome of outcomes) {
    logOutcome(log, outcome);
    metrics.countOutcome(outcome);
  }
  feed.wake();

  const result = results[0];
  if (!result || 'error' in result) {
    const { error } = result ?? {};
    log('error', 'retry failed', { key, cause: describeCause(error) });
    const code = isPermanent(error) ? 'INVALID_REQUEST' : failureCode(error);
    throw new RequestError(code, `"${key}" could not be processed: ${failureReason(error)}`);
  }
  const { source, recipe } = result.outcome;
  const found = await parts.reader.findContent({
    bucket,
    key,
    contentId: contentId(source),
    recipeHash: recipeHash(recipe),
  });
  return found ?? row;
}
