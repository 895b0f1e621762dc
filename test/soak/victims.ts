import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { environmentWith } from '../../src/config/index.ts';
import { credentials, region } from '../../src/sandbox/store-and-queue.ts';
import { s3Event, sqsEvent } from '../../testing/events.ts';
import { startLambdaRuntime } from '../../testing/lambda-runtime.ts';
import { startServer, stopServer } from './server.ts';

/** Identifies its connections. */
export const victimName = 'victim';

/** A request that `failed` may be retried; `wrong` must not happen. */
export type Answer = { status: 'done' | 'failed' } | { status: 'wrong'; problem: string };

/** A process that uses PostgreSQL. */
export interface Victim {
  /** Has one upload processed, or now and then reads something. */
  request(key: string, turn: number): Promise<Answer>;
  hasEnded(): boolean;
  /** Its output. */
  log(): string;
  stop(): Promise<unknown>;
}

interface VictimOptions {
  databaseUrl: string;
  endpoint: string;
  bucket: string;
}

const kinds = { serve: startServe, function: startFunction, pipeline: startPipeline };
export type VictimKind = keyof typeof kinds;
export const victimKinds = Object.keys(kinds) as VictimKind[];

export async function startVictim(kind: VictimKind, options: VictimOptions): Promise<Victim> {
  const url = new URL(options.databaseUrl);
  url.searchParams.set('sslmode', 'disable');
  url.searchParams.set('application_name', victimName);
  const env = {
    S3_BUCKET: options.bucket,
    DATABASE_URL: url.href,
    AWS_ENDPOINT_URL: options.endpoint,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  return await kinds[kind](env, (key) => s3Event({ bucket: options.bucket, key }));
}

type Env = Record<string, string>;
type EventOf = (key: string) => object;

/** `grayscale serve`, which listens for notifications on a separate connection. */
async function startServe(env: Env, eventOf: EventOf): Promise<Victim> {
  const server = await startServer(env);
  const written: string[] = [];
  for (const stream of [server.process.stdout, server.process.stderr]) {
    stream?.on('data', (chunk) => written.push(String(chunk)));
  }
  const reads = ['/v1/images?limit=10', '/v1/stats', '/readyz'];
  return {
    async request(key, turn) {
      const read = turn % 4 === 0 ? undefined : reads[turn % reads.length];
      const body = JSON.stringify(eventOf(key));
      const init = read === undefined ? { method: 'POST', body } : {};
      try {
        const response = await fetch(`${server.url}${read ?? '/v1/events'}`, init);
        const text = await response.text();
        if (response.ok) return { status: 'done' };
        if (response.status === 503) return { status: 'failed' };
        const problem = `${response.status} for ${read ?? key}: ${text}\n${written.slice(-5).join('')}`;
        return { status: 'wrong', problem };
      } catch (error) {
        return { status: 'wrong', problem: `no answer: ${(error as Error).message}` };
      }
    },
    hasEnded: () => server.process.exitCode !== null || server.process.signalCode !== null,
    log: () => written.join(''),
    stop: () => stopServer(server),
  };
}

/** The function, run as by its runtime. */
async function startFunction(env: Env, eventOf: EventOf): Promise<Victim> {
  const folder = await mkdtemp(join(tmpdir(), 'grayscale-victim-'));
  const source = pathToFileURL(join(import.meta.dirname, '../../src/lambda/start-handler.ts'));
  await writeFile(join(folder, 'index.js'), `export * from ${JSON.stringify(source.href)};\n`);
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const runtime = await startLambdaRuntime({ folder, handler: 'index.handler', env });
  let ended = false;
  return {
    async request(key) {
      try {
        const answer = await runtime.invoke(sqsEvent(eventOf(key)));
        const { batchItemFailures } = answer as { batchItemFailures: unknown[] };
        return { status: batchItemFailures.length === 0 ? 'done' : 'failed' };
      } catch (error) {
        ended = /process ended/.test((error as Error).message);
        return { status: 'wrong', problem: (error as Error).message };
      }
    },
    hasEnded: () => ended,
    log: () => runtime.log.join('\n'),
    async stop() {
      await runtime.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A program that uses the pipeline directly. */
async function startPipeline(env: Env): Promise<Victim> {
  const child = fork(join(import.meta.dirname, 'pipeline-child.ts'), {
    env: environmentWith(env) as NodeJS.ProcessEnv,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const written: string[] = [];
  child.stderr?.on('data', (chunk) => written.push(String(chunk)));
  const waiting = new Map<number, (answer: Answer) => void>();
  child.on('message', (answer) => {
    const { id, problem } = answer as { id: number; problem?: string };
    waiting.get(id)?.({ status: problem === undefined ? 'done' : 'failed' });
  });
  child.on('exit', () => {
    for (const settle of waiting.values()) settle({ status: 'wrong', problem: 'it ended' });
  });
  let lastId = 0;
  await once(child, 'message');
  return {
    async request(key) {
      const id = ++lastId;
      return await new Promise((resolve) => {
        waiting.set(id, resolve);
        child.send({ id, key }, () => {});
      });
    },
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    log: () => written.join(''),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
