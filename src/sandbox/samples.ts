import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { openPostgres } from '../app/open-postgres.ts';
import { type LoggedOutcome, type LogReader, outcomeTable } from './log-reader.ts';
import type { Sandbox } from './sandbox.ts';

/** The sample images of the project. */
const samplesFolder = new URL('../../samples/', import.meta.url);
const imageName = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;
const outcomeTimeoutMs = 60_000;

interface SampleOptions {
  /** Stops the waiting. */
  signal: AbortSignal;
  print: (line: string) => void;
}

/**
 * Uploads the sample images, waits for the outcome of each, prints them as a table, and checks that
 * the outputs and rows exist. Returns what is missing.
 */
export async function uploadSamples(
  sandbox: Sandbox,
  log: LogReader,
  { signal, print }: SampleOptions,
): Promise<string[]> {
  const keys = (await readdir(samplesFolder)).filter((name) => imageName.test(name));
  for (const Key of keys) {
    const Body = await readFile(new URL(Key, samplesFolder));
    await sandbox.store.s3.send(new PutObjectCommand({ Bucket: sandbox.bucket, Key, Body }));
  }
  print(`Uploaded ${keys.join(', ')}.\n`);

  const outcomes = await waitForOutcomes(keys, log, signal);
  print(outcomeTable(outcomes));
  if (signal.aborted) return [];
  const late = keys.filter((key) => !log.find(key)).map((key) => `the outcome of ${key}`);
  return [...late, ...(await missingParts(sandbox, outcomes))];
}

async function waitForOutcomes(
  keys: string[],
  log: LogReader,
  signal: AbortSignal,
): Promise<LoggedOutcome[]> {
  const deadline = performance.now() + outcomeTimeoutMs;
  while (!keys.every(log.find) && performance.now() < deadline && !signal.aborted) await sleep(50);
  return keys.flatMap((key) => log.find(key) ?? []);
}

/** Checks the store and the ledger, because the log alone is no proof. */
async function missingParts(sandbox: Sandbox, outcomes: LoggedOutcome[]): Promise<string[]> {
  const { store, bucket, config } = sandbox;
  const postgres = await openPostgres(config);
  try {
    const { rows } = await postgres.query(
      `SELECT source_key AS key, file_name AS "outputKey" FROM image_metadata
       WHERE source_bucket = $1 AND status = 'converted'`,
      [bucket],
    );
    const outputKeys = new Map(rows.map((row) => [row.key, row.outputKey]));
    const checks = outcomes.map(async ({ key, outputKey }) => {
      if (!outputKey || outputKeys.get(key) !== outputKey) return [`the row of ${key}`];
      const head = new HeadObjectCommand({ Bucket: bucket, Key: outputKey });
      return await store.s3.send(head).then(
        () => [],
        () => [`the output ${outputKey}`],
      );
    });
    return (await Promise.all(checks)).flat();
  } finally {
    await postgres.close();
  }
}
