import type { z } from '@hono/zod-openapi';
import { type EventRecord, parseEvent } from '../../events/index.ts';
import {
  describeCause,
  failureCode,
  failureReason,
  isPermanent,
  processBatch,
  type UploadResult,
} from '../../pipeline/index.ts';
import { logOutcome } from '../../process/log-outcome.ts';
import type { UploadQueue } from '../../queue/upload-queue.ts';
import type { EventAnswerSchema } from '../api/schemas.ts';
import { receiveEvent } from '../api/work-routes.ts';
import { logFirst } from '../logging/log-first.ts';
import { RequestError } from '../problems/problems.ts';
import type { Api, Service } from '../service.ts';
import { readBody } from '../transfer/read-body.ts';
import { requestSignal } from '../transfer/request-signal.ts';

type RecordResult = z.infer<typeof EventAnswerSchema>['results'][number];

interface ProcessedRecord {
  result: RecordResult;
  error?: unknown;
}

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
    const { queue } = parts;
    const processed = await (queue
      ? queueRecords(parseRecords(bytes), queue)
      : limiter.run(() => processRecords(parseRecords(bytes), service, timeoutMs)));
    logFailures(processed, service);
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

/** Sends all uploads of the event to the queue together. Throws if it cannot: none is lost. */
async function queueRecords(
  records: EventRecord[],
  queue: UploadQueue,
): Promise<ProcessedRecord[]> {
  await queue.send(
    records.flatMap((record) => (record.action === 'process' ? [record.upload] : [])),
  );
  return records.map((record) => ({
    result:
      record.action === 'process'
        ? { action: 'queued', key: record.upload.key, status: null, code: null, reason: null }
        : toUnprocessedResult(record),
  }));
}

async function processRecords(
  records: EventRecord[],
  { parts, feed, metrics, log }: Service,
  timeoutMs: number,
): Promise<ProcessedRecord[]> {
  const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
  const { results, outcomes, unrecorded } = await processBatch(uploads, parts.pipeline, {
    timeoutMs,
  });
  for (const outcome of outcomes) {
    logOutcome(log, outcome);
    metrics.countOutcome(outcome);
  }
  if (outcomes.length > 0) feed.wake();
  const superseded = unrecorded.map(({ upload: { key }, contents }) => ({ key, contents }));
  logFirst(log, 'superseded contents without a row', superseded);

  const remaining = results.values();
  return records.map((record) =>
    record.action === 'process'
      ? toProcessedRecord(record.upload.key, remaining.next().value as UploadResult)
      : { result: toUnprocessedResult(record) },
  );
}

function toProcessedRecord(key: string, result: UploadResult): ProcessedRecord {
  if ('error' in result) {
    const { error } = result;
    const action = isPermanent(error) ? 'refused' : 'retry';
    return {
      result: { action, key, status: null, code: null, reason: failureReason(error) },
      error,
    };
  }
  const { outcome } = result;
  const problem =
    outcome.status === 'converted'
      ? { code: null, reason: null }
      : { code: outcome.code, reason: outcome.message };
  return { result: { action: 'processed', key, status: outcome.status, ...problem } };
}

function toUnprocessedResult(record: Exclude<EventRecord, { action: 'process' }>): RecordResult {
  const action = record.action === 'ignore' ? 'ignored' : 'refused';
  return { action, key: record.key ?? null, status: null, code: null, reason: record.reason };
}

function logFailures(processed: ProcessedRecord[], { log }: Service): void {
  for (const failure of ['refused', 'retry'] as const) {
    const entries = processed.filter(({ result }) => result.action === failure);
    const lines = entries.map(({ result: { key, reason }, error }) => ({
      ...{ key, reason },
      ...(error !== undefined && { cause: describeCause(error) }),
    }));
    logFirst(log, failure, lines);
  }
}

/** Throws if the event must be redelivered, or if none of it can ever be processed. */
function throwIfUnprocessed(processed: ProcessedRecord[]): void {
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
