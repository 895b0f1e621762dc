import {
  describeCause,
  failureReason,
  isPermanent,
  processBatch,
  type Upload,
  type UploadResult,
} from '../pipeline/index.ts';
import { logOutcome } from '../process/log-outcome.ts';
import type { EventResult } from './api/schemas.ts';
import { logFirst } from './logging/log-first.ts';
import type { Service } from './service.ts';

/** The result of an upload, in an answer of the API. */
export interface SettledUpload {
  result: EventResult;
  /** Why it has no outcome. */
  error?: unknown;
}

/** Sends all uploads to the queue together. Throws if the queue rejects them. */
export async function queueUploads(
  uploads: Upload[],
  { parts }: Pick<Service, 'parts'>,
): Promise<SettledUpload[]> {
  await parts.queue?.send(uploads);
  return uploads.map(({ key }) => ({
    result: { action: 'queued', key, status: null, code: null, reason: null },
  }));
}

/** Converts uploads in this process, and logs and counts their outcomes. */
export async function processUploads(
  uploads: Upload[],
  { parts, feed, metrics, log }: Service,
): Promise<SettledUpload[]> {
  const timeoutMs = parts.config.server.requestTimeoutSeconds * 1e3;
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
  return uploads.map(({ key }, at) => toSettled(key, results[at] as UploadResult));
}

function toSettled(key: string, result: UploadResult): SettledUpload {
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

/** Logs the uploads without an outcome. */
export function logUnsettled(settled: SettledUpload[], { log }: Pick<Service, 'log'>): void {
  for (const failure of ['refused', 'retry'] as const) {
    const entries = settled.filter(({ result }) => result.action === failure);
    const lines = entries.map(({ result: { key, reason }, error }) => ({
      ...{ key, reason },
      ...(error !== undefined && { cause: describeCause(error) }),
    }));
    logFirst(log, failure, lines);
  }
}
