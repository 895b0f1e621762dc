import { once } from 'node:events';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Config } from '../config/index.ts';
import { printable, printError } from '../process/terminal.ts';
import { handleUncaughtErrors } from '../process/uncaught-errors.ts';
import { createLogReader, type LogReader } from './log-reader.ts';
import { uploadSamples } from './samples.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';
import { credentials, region } from './store-and-queue.ts';

export interface RunOptions {
  /** Stops as soon as the samples are done, instead of running until Ctrl-C. */
  demo: boolean;
  /** Keeps all data, for the next start with this folder. */
  keepFolder?: string | undefined;
  print: (line: string) => void;
}

/**
 * Runs the sandbox as a program: uploads the sample images, prints their outcomes and explains how
 * to upload others. Returns the exit code: 1 if a sample's output or row is missing.
 */
export async function runSandbox(
  config: Config,
  { demo, keepFolder, print }: RunOptions,
): Promise<number> {
  print('Starting S3, SQS, PostgreSQL and the function on this machine ...');
  const log = createLogReader(print);
  const interrupt = new AbortController();
  const { signal } = interrupt;
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    const sandbox = await startSandbox(config, log.read, {
      ...{ withApi: !demo, signal, keepFolder },
    });
    const restoreHandler = handleUncaughtErrors({
      report: ({ message }) => printError(printable(`Internal error: ${message}`)),
      drain: sandbox.close,
    });
    try {
      return await runParts(sandbox, log, { demo, keepFolder, print, signal });
    } finally {
      if (!demo) print('Stopping: the function finishes its current work ...');
      await sandbox.close();
      restoreHandler();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    print('Stopped during startup.');
    return 1;
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

async function runParts(
  sandbox: Sandbox,
  log: LogReader,
  { demo, keepFolder, print, signal }: RunOptions & { signal: AbortSignal },
): Promise<number> {
  const isKept = !demo && (await hasObjects(sandbox));
  if (isKept) print(printable(`Using the data in ${keepFolder}.`));
  const missing = isKept ? [] : await uploadSamples(sandbox, log, { signal, print });
  for (const problem of missing) print(printable(`Missing: ${problem}`));
  if (demo || signal.aborted) return missing.length > 0 ? 1 : 0;

  print(usage(sandbox, keepFolder));
  log.follow();
  if (!signal.aborted) await once(signal, 'abort');
  return 0;
}

async function hasObjects({ store, bucket }: Sandbox): Promise<boolean> {
  const list = new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 });
  return ((await store.s3.send(list)).KeyCount ?? 0) > 0;
}

/** The variables with which every command uses the sandbox, as lines for a shell. */
export function sandboxExports({ store, bucket, databaseUrl }: Omit<Sandbox, 'close'>): string {
  const { accessKeyId, secretAccessKey } = credentials;
  return [
    `AWS_ACCESS_KEY_ID=${accessKeyId} AWS_SECRET_ACCESS_KEY=${secretAccessKey}`,
    `AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
    `AWS_ENDPOINT_URL=${store.endpoint} S3_BUCKET=${bucket}`,
    `QUEUE_URL=${store.queueUrl}`,
    `DATABASE_URL='${databaseUrl}'`,
  ]
    .map((line) => `  export ${line}`)
    .join('\n');
}

function usage(sandbox: Sandbox, keepFolder: string | undefined): string {
  const { store, bucket, api } = sandbox;
  const aws = `aws --endpoint-url ${store.endpoint}`;
  return `
The sandbox is running.

  dashboard      ${api?.url}
  API reference  ${api?.url}/docs

In another terminal, set these variables. Every command of the README then works on the sandbox:

${sandboxExports(sandbox)}

Upload an image with the API or with S3, and query its row:

  curl --fail-with-body -T PHOTO.jpg -X POST '${api?.url}/v1/uploads?key=PHOTO.jpg'

  ${aws} s3 cp PHOTO.jpg s3://${bucket}/
  ${aws} s3 cp s3://${bucket}/grayscale/PHOTO.jpg gray.png

  psql "$DATABASE_URL" -c \\
    "SELECT file_name, status, code, width, height, decode_ms, encode_ms FROM image_metadata"

The outcome of each upload appears below. Ctrl-C stops everything and ${keepFolder === undefined ? 'deletes all data' : printable(`keeps the data in ${keepFolder}`)}.
`;
}
