import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A child sends a message when it is ready, and then answers one message at a time. */
export interface ChildOptions extends Omit<ForkOptions, 'env' | 'signal'> {
  module: string | URL;
  args?: string[];
  /** The complete environment. Default: that of this process. */
  env?: Record<string, string | undefined>;
  /** Called with each child right after it starts. */
  onStart?(child: ChildProcess): void;
}

export interface Supervisor {
  /** The latest child, which may have ended. Undefined before the first start and after `end`. */
  readonly current: ChildProcess | undefined;
  /**
   * Resolves with the child once it is ready. Starts one unless it is running; an aborted `signal`
   * kills a child that is not ready yet. Rejects as {@link askChild} does.
   */
  child(signal?: AbortSignal): Promise<ChildProcess>;
  /** Replaces the running child whenever it ends, after a pause. */
  keepAlive(pauseMs: number, onDeath: (child: ChildProcess) => void): void;
  /** Kills the child, or asks it to stop and kills it after `graceMs`. Resolves once it has ended. */
  end(graceMs?: number): Promise<void>;
}

/** The child ended before it answered. */
export class ChildEndedError extends Error {
  /** A signal, an exit code, or what was wrong with the reply. */
  readonly detail: string;
  readonly isKilled: boolean;

  constructor(detail: string, isKilled = true) {
    super(`The process ended (${detail}).`);
    this.name = 'ChildEndedError';
    this.detail = detail;
    this.isKilled = isKilled;
  }
}

/** Starts a child process on demand, and another one after it has ended. */
export function superviseChild(options: ChildOptions): Supervisor {
  const { module, args, env, onStart, ...forkOptions } = options;
  /** Killed children stay here until they have ended. */
  const running = new Map<ChildProcess, Promise<void>>();
  let latest: { child: ChildProcess; ready: Promise<ChildProcess> } | undefined;
  let keepsAlive = false;

  function start(signal?: AbortSignal) {
    const child = fork(module, args, { ...forkOptions, env: env as NodeJS.ProcessEnv });
    // A failed start or kill is reported by `ready` and by the child's end.
    child.on('error', () => {});
    const ready = nextMessage(child, { receive: () => child, signal });
    ready.catch(() => {});
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    running.set(child, ended);
    // A child that could not be started emits no exit event.
    child.once(child.pid === undefined ? 'error' : 'exit', () => resolve());
    void ended.then(() => running.delete(child));
    onStart?.(child);
    latest = { child, ready };
    return latest;
  }

  return {
    get current() {
      return latest?.child;
    },

    async child(signal) {
      return await (latest && isAlive(latest.child) ? latest : start(signal)).ready;
    },

    async keepAlive(pauseMs, onDeath) {
      keepsAlive = true;
      for (let child = latest?.child; child; child = start().child) {
        await running.get(child);
        if (!keepsAlive) return;
        onDeath(child);
        await sleep(pauseMs);
        if (!keepsAlive) return;
      }
    },

    async end(graceMs = 0) {
      keepsAlive = false;
      latest = undefined;
      await Promise.all([...running].map(([child, ended]) => end(child, ended, graceMs)));
    },
  };
}

export interface AskOptions<Reply> {
  /** If it throws, the child is killed, because it can no longer be trusted. */
  receive(message: unknown): Reply | Promise<Reply>;
  signal?: AbortSignal | undefined;
}

/**
 * Sends a message and resolves with the reply. Rejects with {@link ChildEndedError} if the child
 * ends first. An aborted `signal` kills the child and rejects with the signal's reason.
 */
export function askChild<Reply>(
  child: ChildProcess,
  message: object,
  options: AskOptions<Reply>,
): Promise<Reply> {
  const reply = nextMessage(child, options);
  child.send(message, () => {});
  return reply;
}

function nextMessage<Reply>(
  child: ChildProcess,
  { receive, signal }: AskOptions<Reply>,
): Promise<Reply> {
  return new Promise<Reply>((resolve, reject) => {
    child.once('message', onMessage).on('exit', onExit);
    if (child.pid === undefined) child.once('error', reject);
    signal?.addEventListener('abort', onAbort);
    if (hasEnded(child)) onExit();
    else if (signal?.aborted) onAbort();

    async function onMessage(message: unknown) {
      try {
        resolve(await receive(message));
        settle();
      } catch {
        kill(new ChildEndedError('it sent a malformed reply'));
      }
    }

    function onExit() {
      settle();
      const { exitCode, signalCode } = child;
      reject(new ChildEndedError(signalCode ?? `exit code ${exitCode}`, signalCode !== null));
    }

    function onAbort() {
      kill(signal?.reason);
    }

    function kill(reason: Error) {
      settle();
      child.kill('SIGKILL');
      reject(reason);
    }

    function settle() {
      signal?.removeEventListener('abort', onAbort);
      child.off('message', onMessage).off('exit', onExit);
    }
  });
}

async function end(child: ChildProcess, ended: Promise<void>, graceMs: number): Promise<void> {
  child.kill(graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
}

function isAlive(child: ChildProcess): boolean {
  return child.pid !== undefined && !hasEnded(child) && !child.killed;
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
