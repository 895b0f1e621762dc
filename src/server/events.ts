import type { z } from '@hono/zod-openapi';
import { type EventRecord, parseEvent } from '../events/index.ts';
import { processBatch, type UploadResult } from '../pipeline/index.ts';
import { RequestError } from './problems.ts';
import { readBody } from './read-body.ts';
import type { EventAnswerSchema } from './schemas.ts';
import type { Api, Service } from './service.ts';
import { receiveEvent } from './work-routes.ts';
import { workSignal } from './work-signal.ts';

type RecordResult = z.infer<typeof EventAnswerSchema>['results'][number];

/** Far more than any store sends at once. */
const maxEventBytes = 4 * 2 ** 20;

/** `POST /v1/events` */
export function addEvents(app: Api, service: Service): void {
  const { parts, gate, log } = service;
  const timeoutMs = parts.config.requestTimeoutSeconds * 1e3;

  app.openapi(receiveEvent, async (c) => {
    const signal = workSignal(c.req.raw, timeoutMs);
    const bytes = await readBody(c.req.raw, { maxBytes: maxEventBytes, signal });
    const records = parseEvent(parseJson(bytes), parts.parseOptions);
    const results = await gate.pass(() => processRecords(records, service, timeoutMs));

    for (const { action, key, reason } of results) {
      if (action === 'refused' || action === 'retry') log('error', action, { key, reason });
    }
    const again = results.filter(({ action }) => action === 'retry');
    if (again.length > 0) {
      throw new RequestError(
        'TRY_AGAIN',
        `${again.length} of ${results.length} uploads could not be processed: ${again[0]?.reason} Send the event again.`,
      );
    }
    if (results.length > 0 && results.every(({ action }) => action === 'refused')) {
      throw new RequestError('INVALID_REQUEST', results.map(({ reason }) => reason).join(' '));
    }
    return c.json({ results }, 200);
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new RequestError(
      'INVALID_REQUEST',
      `Expected an event in JSON but: ${(error as Error).message}`,
    );
  }
}

async function processRecords(
  records: EventRecord[],
  { parts, feed, metrics }: Service,
  timeoutMs: number,
): Promise<RecordResult[]> {
  const uploads = records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
  const { results, outcomes } = await processBatch(uploads, parts.pipeline, { timeoutMs });
  for (const outcome of outcomes) metrics.outcome(outcome);
  if (outcomes.length > 0) feed.wake();

  const remaining = results.values();
  return records.map((record) =>
    record.action === 'process'
      ? resultOf(record.upload.key, remaining.next().value as UploadResult)
      : unprocessed(record),
  );
}

function resultOf(key: string, result: UploadResult): RecordResult {
  if ('error' in result) {
    const reason = result.error instanceof Error ? result.error.message : String(result.error);
    return { action: 'retry', key, status: null, code: null, reason };
  }
  const { outcome } = result;
  const told =
    outcome.status === 'converted'
      ? { code: null, reason: null }
      : { code: outcome.code, reason: outcome.message };
  return { action: 'processed', key, status: outcome.status, ...told };
}

function unprocessed(record: Exclude<EventRecord, { action: 'process' }>): RecordResult {
  const action = record.action === 'ignore' ? 'ignored' : 'refused';
  return { action, key: record.key ?? null, status: null, code: null, reason: record.reason };
}
