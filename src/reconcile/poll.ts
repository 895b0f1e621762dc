import { setTimeout as sleep } from 'node:timers/promises';
import type { ParseOptions } from '../events/index.ts';
import type { LedgerReader } from '../ledger/ledger-reader.ts';
import { describeCause, failureReason, isPermanent, type Upload } from '../pipeline/index.ts';
import type { ObjectFiles } from '../storage/object-files.ts';
import { classifyPage, type S3Location } from './classify-page.ts';
import type { Destination } from './destinations.ts';

interface PollOptions {
  files: Pick<ObjectFiles, 'list'>;
  reader: Pick<LedgerReader, 'contentStates'>;
  parseOptions: ParseOptions;
  recipeHash: string;
  destination: Destination;
  log: (level: 'info' | 'error', message: string, facts: Record<string, unknown>) => void;
  /** When aborted, starts no further group, but finishes the current one. */
  signal: AbortSignal;
}

/**
 * For stores that send no events: lists a location repeatedly and converts objects without a row.
 * All state is in the ledger, so a poll can stop at any time. Of several servers that poll the same
 * location with the same recipe, one does at a time: two would convert every object twice.
 */
export async function pollBucket(
  location: S3Location,
  options: PollOptions & {
    intervalMs: number;
    /** Does work unless another process does work of this name; returns whether it did. */
    runExclusively(name: string, work: () => Promise<void>): Promise<boolean>;
    /** Called after each complete round of this process. */
    onPolled?: () => void;
  },
): Promise<void> {
  const { log, signal, intervalMs, recipeHash, runExclusively, onPolled } = options;
  const { bucket, prefix } = location;
  const name = `poll ${JSON.stringify([bucket, prefix, recipeHash])}`;
  const rejected = new Set<string>();
  let isAlone = true;
  while (!signal.aborted) {
    try {
      const wasAlone = isAlone;
      isAlone = await runExclusively(name, () => pollOnce(location, options, rejected));
      if (isAlone && !signal.aborted) onPolled?.();
      if (wasAlone && !isAlone) log('info', 'another server polls', { bucket, prefix });
    } catch (error) {
      log('error', 'poll failed', { reason: (error as Error).message });
    }
    await sleep(intervalMs, undefined, { signal }).catch(() => {});
  }
}

/**
 * Lists the location once. Entries that the ledger rejects permanently have no row: they are added to
 * `rejected` and not retried.
 */
export async function pollOnce(
  { bucket, prefix }: S3Location,
  options: PollOptions,
  rejected: Set<string> = new Set(),
): Promise<void> {
  const { files, destination, log, signal } = options;
  const parseOptions = { ...options.parseOptions, bucket };
  const classifyOptions = {
    ...options,
    ...{ bucket, parseOptions, includesOtherTypes: true, choice: 'withoutRow' as const },
  };
  for await (const page of files.list(bucket, prefix)) {
    const objects = await classifyPage(page, classifyOptions);
    const uploads = objects
      .flatMap(({ upload }) => upload ?? [])
      .filter((upload) => !rejected.has(contentName(upload)));
    for (let at = 0; at < uploads.length && !signal.aborted; at += destination.groupSize) {
      await destination.submit(uploads.slice(at, at + destination.groupSize), onUnsettled);
    }
    if (signal.aborted) return;
  }

  function onUnsettled(upload: Upload, error: unknown): void {
    if (isPermanent(error)) rejected.add(contentName(upload));
    const facts = { key: upload.key, reason: failureReason(error), cause: describeCause(error) };
    log('error', isPermanent(error) ? 'refused' : 'retry', facts);
  }
}

function contentName({ key, etag }: Upload): string {
  return JSON.stringify([key, etag]);
}
