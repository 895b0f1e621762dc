import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import type { Upload } from '../../pipeline/index.ts';
import {
  RemoveFormSchema,
  RetryFormSchema,
  removeImages,
  retryImages,
} from '../api/bulk-routes.ts';
import type { RemovedList } from '../api/schemas.ts';
import type { FilePart } from '../row-files/locate-file.ts';
import { removeRow } from '../row-files/remove-row.ts';
import { isInServedBuckets, servedBucketsOf } from '../row-files/served-buckets.ts';
import type { Api, Service } from '../service.ts';
import {
  logUnsettled,
  processUploads,
  queueUploads,
  type SettledUpload,
} from '../settle-uploads.ts';
import { readForm } from '../transfer/read-form.ts';

/** Concurrent deletions of one request; each takes up to two connections to the store. */
const maxDeletions = 8;

/** `POST /v1/images/retry` and `/v1/images/delete`. */
export function addBulkRoutes(app: Api, service: Service): void {
  const { parts, limiter } = service;

  app.openapi(retryImages, async (c) => {
    const { ids } = await readForm(c.req.raw, RetryFormSchema, service);
    const rows = await findRows(ids, 'source', service);
    const uploads = rows.map(({ row }) => row && toUpload(row));
    const known = uploads.filter((upload) => upload !== undefined);
    const settled = await (parts.queue
      ? queueUploads(known, service)
      : limiter.run(() => processUploads(known, service)));
    logUnsettled(settled, service);
    const remaining = settled.values();
    const results = rows.map(({ id, problem }, at) => {
      const found = uploads[at] && (remaining.next().value as SettledUpload);
      const reason = problem ?? 'Its row has no source.';
      const refused = { action: 'refused' as const, key: null, status: null, code: null, reason };
      return { id, ...(found?.result ?? refused) };
    });
    return c.json({ results }, 200);
  });

  app.openapi(removeImages, async (c) => {
    const { ids, source } = await readForm(c.req.raw, RemoveFormSchema, service);
    const rows = await findRows(ids, 'output', service);
    const results = await limiter.run(() => removeRows(rows, parts, source === 'true'));
    return c.json({ results }, 200);
  });
}

async function removeRows(
  rows: FoundRow[],
  parts: Service['parts'],
  withSource: boolean,
): Promise<RemovedList['results']> {
  const results: RemovedList['results'] = [];
  for (let from = 0; from < rows.length; from += maxDeletions) {
    const some = rows.slice(from, from + maxDeletions).map(async ({ id, row, problem }) => {
      if (!row) return { id, removed: [], problem: problem ?? null };
      const removed = await removeRow(row, parts, { withSource });
      return { id, removed, problem: null };
    });
    results.push(...(await Promise.all(some)));
  }
  return results;
}

interface FoundRow {
  id: string;
  /** Undefined if its files may not be read or changed. */
  row?: LedgerRow;
  problem?: string;
}

/** The rows with these ids, in the same order. */
async function findRows(
  ids: string[],
  part: FilePart,
  { parts }: Pick<Service, 'parts'>,
): Promise<FoundRow[]> {
  const rows = new Map((await parts.reader.findAll(ids)).map((row) => [row.id, row]));
  const buckets = servedBucketsOf(parts);
  return ids.map((id) => {
    const row = rows.get(id);
    if (!row) return { id, problem: 'There is no such image; it may have been deleted.' };
    if (isInServedBuckets(row, buckets, part)) return { id, row };
    return { id, problem: 'Its files are in another bucket (S3_BUCKET, OUTPUT_BUCKET).' };
  });
}

function toUpload(row: LedgerRow): Upload | undefined {
  const { sourceBucket: bucket, sourceKey: key, sourceSizeBytes } = row;
  if (bucket === null || key === null) return undefined;
  return { bucket, key, ...(sourceSizeBytes !== null && { sizeBytes: sourceSizeBytes }) };
}
