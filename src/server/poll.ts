import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerParts } from '../app/open-server.ts';
import { recipeHash } from '../convert/index.ts';
import { parseEvent } from '../events/index.ts';
import {
  causeOf,
  failureReason,
  isPermanent,
  type Outcome,
  processBatch,
  type Upload,
} from '../pipeline/index.ts';
import type { ListedObject } from '../storage/object-files.ts';
import type { Log } from './logging/log.ts';

/** What `s3://BUCKET/PREFIX` names. */
export interface PolledPlace {
  bucket: string;
  prefix: string;
}

interface PollOptions {
  parts: ServerParts;
  onOutcome: (outcome: Outcome) => void;
  log: Log;
  signal: AbortSignal;
  /** What the ledger will never take: it has no row, and is not tried again. */
  rejected?: Set<string>;
}

/** Few, so that outcomes are recorded as they come and a stop is soon over. */
const batchSize = 10;

/**
 * For stores that send no events: lists a place again and again and converts what has no row. The
 * ledger is all that it remembers, so it can be stopped anywhere and any number may run.
 */
export async function pollBucket(place: PolledPlace, options: PollOptions): Promise<void> {
  const { parts, log, signal } = options;
  const rejected = new Set<string>();
  while (!signal.aborted) {
    try {
      await pollOnce(place, { ...options, rejected });
    } catch (error) {
      log('error', 'poll failed', { reason: (error as Error).message });
    }
    await sleep(parts.config.server.pollIntervalSeconds * 1e3, undefined, { signal }).catch(
      () => {},
    );
  }
}

/** Goes through the place once. */
export async function pollOnce(
  { bucket, prefix }: PolledPlace,
  options: PollOptions,
): Promise<void> {
  const { parts, signal, rejected } = options;
  for await (const page of parts.files.list(bucket, prefix)) {
    const missing = await missingOf(admitted(page, bucket, parts), bucket, parts);
    const uploads = missing.filter((upload) => !rejected?.has(nameOf(upload)));
    for (let at = 0; at < uploads.length && !signal.aborted; at += batchSize) {
      await processSome(uploads.slice(at, at + batchSize), options);
    }
    if (signal.aborted) return;
  }
}

async function processSome(uploads: Upload[], options: PollOptions): Promise<void> {
  const { parts, onOutcome, log, rejected } = options;
  const { results, outcomes } = await processBatch(uploads, parts.pipeline);
  for (const outcome of outcomes) onOutcome(outcome);
  for (const [index, result] of results.entries()) {
    const upload = uploads[index];
    if (!('error' in result) || !upload) continue;
    const { error } = result;
    if (isPermanent(error)) rejected?.add(nameOf(upload));
    const facts = { key: upload.key, reason: failureReason(error), cause: causeOf(error) };
    log('error', isPermanent(error) ? 'refused' : 'retry', facts);
  }
}

function nameOf({ key, etag }: Upload): string {
  return JSON.stringify([key, etag]);
}

/** What an event of each object would be: the same rules say what is an upload. */
function admitted(page: ListedObject[], bucket: string, { parseOptions }: ServerParts): Upload[] {
  const options = { ...parseOptions, bucket, keyEncoding: 'raw' } as const;
  const records = page.flatMap(({ key, etag: eTag, sizeBytes: size }) =>
    parseEvent(
      {
        eventSource: 'aws:s3',
        eventName: 'ObjectCreated:Put',
        s3: { bucket: { name: bucket }, object: { key, eTag, size } },
      },
      options,
    ),
  );
  return records.flatMap((record) => (record.action === 'process' ? [record.upload] : []));
}

async function missingOf(
  uploads: Upload[],
  bucket: string,
  { reader, pipeline }: ServerParts,
): Promise<Upload[]> {
  if (uploads.length === 0) return [];
  const contents = uploads.map(({ key, etag = '' }) => ({ key, etag }));
  const places = await reader.missing(bucket, contents, recipeHash(pipeline.recipe));
  return places.flatMap((place) => uploads[place] ?? []);
}
