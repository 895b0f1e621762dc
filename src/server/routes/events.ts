import { type EventRecord, parseEvent } from '../../events/index.ts';
import { failureCode } from '../../pipeline/index.ts';
import type { EventResult } from '../api/schemas.ts';
import { receiveEvent } from '../api/work-routes.ts';
import { RequestError } from '../problems/problems.ts';
import type { Api, Service } from '../service.ts';
import {
  logUnsettled,
  processUploads,
  queueUploads,
  type SettledUpload,
} from '../settle-uploads.ts';
import { readBody } from '../transfer/read-body.ts';
import { requestSignal } from '../transfer/request-signal.ts';

/**
 * The largest message of SQS and EventBridge. S3 itself sends at most 64 KB.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
const maxEventBytes = 2 ** 20;

/** Max reasons listed in a response. */
const maxReasons = 10;

/** `POST /v1/events` */
export function addEventRoute(app: Api, service: Service): void {
  const { parts, limiter } = service;
  const timeoutMs = parts.config.server.requestTimeoutSeconds * 1e3;

  const parseRecords = (bytes: Uint8Array) => parseEvent(parseJson(bytes), parts.parseOptions);

  app.openapi(receiveEvent, async (c) => {
    const signal = requestSignal(c.req.raw, timeoutMs);
    // Read before a slot is taken, so that idle senders do not block others.
    const bytes = await readEvent(c.req.raw, service, signal);
    const processed = await (parts.queue
      ? settleRecords(parseRecords(bytes), service, queueUploads)
      : limiter.run(() => settleRecords(parseRecords(bytes), service, processUploads)));
    logUnsettled(processed, service);
    const results = processed.map(({ result }) => result);
    throwIfUnprocessed(processed);
    return c.json({ results }, 200);
  });
}

/** Reads the body, counting its memory as it arrives. */
async function readEvent(
  request: Request,
  { parts, minSpeed }: Service,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const share = parts.pipeline.transfers.openShare();
  try {
    return await readBody(request, { maxBytes: maxEventBytes, signal, share, minSpeed });
  } finally {
    share.release();
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    // Invalid UTF-8 would be decoded to a different key.
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw new RequestError(
      'INVALID_REQUEST',
      `Expected an event in JSON but received invalid JSON: ${(error as Error).message}`,
    );
  }
}

async function settleRecords(
  records: EventRecord[],
  service: Service,
  settle: typeof processUploads,
): Promise<SettledUpload[]> {
  const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
  const settled = (await settle(uploads, service)).values();
  return records.map((record) =>
    record.action === 'process'
      ? (settled.next().value as SettledUpload)
      : { result: toUnprocessedResult(record) },
  );
}

function toUnprocessedResult(record: Exclude<EventRecord, { action: 'process' }>): EventResult {
  const action = record.action === 'ignore' ? 'ignored' : 'refused';
  return { action, key: record.key ?? null, status: null, code: null, reason: record.reason };
}

/** Throws if the event must be redelivered, or if none of it can ever be processed. */
function throwIfUnprocessed(processed: SettledUpload[]): void {
  const results = processed.map(({ result }) => result);
  const [first, ...others] = processed.filter(({ result }) => result.action === 'retry');
  if (first) {
    throw new RequestError(
      failureCode(first.error),
      `${1 + others.length} of ${results.length} uploads could not be processed: ${first.result.reason} Send the event again.`,
    );
  }
  if (results.length === 0 || results.some(({ action }) => action !== 'refused')) return;
  const reasons = new Set(results.map(({ reason }) => reason));
  const more =
    reasons.size > maxReasons ? [`${reasons.size - maxReasons} more reasons are omitted.`] : [];
  throw new RequestError(
    'INVALID_REQUEST',
    [...[...reasons].slice(0, maxReasons), ...more].join(' '),
  );
}
