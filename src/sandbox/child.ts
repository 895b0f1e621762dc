import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { allocatorSettings } from '../isolation/allocator.ts';

interface ChildOptions {
  /** A module beside this one, without its extension: .ts from the sources, .js when built. */
  module: string;
  args?: string[];
  env: Record<string, string | undefined>;
  /** Each line that the child writes, to its standard output or error. */
  onLine: (line: string) => void;
  /** Ends a child that is not ready yet. */
  signal?: AbortSignal | undefined;
  /** It ended and nobody had asked it to. */
  onDeath?: (code: number | null, signal: NodeJS.Signals | null) => void;
}

/** A part of the sandbox in a process of its own, which is started again whenever it dies. */
export interface Child {
  /** Of the process that is running now. */
  readonly pid: number | undefined;
  /** Tells the child something, if it is running. */
  send(message: string): void;
  /** Asks the child to finish its work, and waits until it has. */
  stop(): Promise<void>;
}

/** Children that fail to start again are not started without end. */
const restartPauseMs = 500;
const stopTimeoutMs = 15_000;

/**
 * Starts a child and waits until it sends a message: that it is ready. One that ends before it was
 * ready the first time makes this fail; one that dies later is replaced.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  let stopping = false;
  let child = spawn(options);

  await readiness(child, options);
  child.on('exit', restart);

  function restart(code: number | null, signal: NodeJS.Signals | null) {
    if (stopping) return;
    options.onDeath?.(code, signal);
    setTimeout(() => {
      if (stopping) return;
      child = spawn(options);
      // One that could not be started has no exit.
      child.on(child.pid === undefined ? 'error' : 'exit', restart);
    }, restartPauseMs);
  }

  return {
    get pid() {
      return child.pid;
    },
    send(message) {
      // One that is being started again has nothing to miss.
      if (child.connected) child.send(message, () => {});
    },
    async stop() {
      stopping = true;
      const isRunning = child.exitCode === null && child.signalCode === null;
      if (child.pid === undefined || !isRunning) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

function spawn({ module, args = [], env, onLine }: ChildOptions): ChildProcess {
  const path = fileURLToPath(new URL(`./${module}${extname(import.meta.url)}`, import.meta.url));
  const child = fork(path, args, {
    env: { ...allocatorSettings, ...env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C reaches the whole process group: the parent alone decides in which order parts end.
    detached: true,
  });
  // One that could not be started, told or killed; its exit, or its silence, shows the rest.
  child.on('error', ({ message }) => onLine(`${module}: ${message}`));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('error', () => {});
    // The interface passes the stream's errors on.
    if (stream)
      createInterface({ input: stream })
        .on('line', onLine)
        .on('error', () => {});
  }
  return child;
}

async function readiness(child: ChildProcess, { module, signal }: ChildOptions): Promise<void> {
  const kill = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', kill);
  if (signal?.aborted) kill();
  const isReady = await Promise.race([
    once(child, 'message').then(() => true),
    once(child, 'exit').then(() => false),
    once(child, 'error').then(([error]) => Promise.reject(error)),
  ]).finally(() => signal?.removeEventListener('abort', kill));
  signal?.throwIfAborted();
  if (!isReady) throw new Error(`The sandbox's ${module} ended before it was ready.`);
}
