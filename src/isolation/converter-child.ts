import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { ConversionError } from '../convert/index.ts';
import { allocatorSettings } from './allocator.ts';
import {
  bytesDescriptor,
  type ConverterReply,
  type ConverterRequest,
  type Envelope,
  packRequest,
  readyMessage,
  unpackReply,
} from './converter-messages.ts';
import { readExactly } from './read-exactly.ts';

interface ConverterChildOptions {
  module: URL;
  env: Record<string, string | undefined>;
  maxHeapMb: number;
  /** From 0 to 19: how far it stands back behind the caller. */
  niceness?: number | undefined;
}

/** One process that converts. */
export interface ConverterChild {
  /**
   * Rejects when the process ends before it answers, with {@link ChildDiedError}; and ends it after
   * the time, and on `signal`.
   */
  ask(request: ConverterRequest, options: AskOptions): Promise<ConverterReply>;
  /** Neither ended nor about to. */
  isAlive(): boolean;
  /** At once: it holds nothing that would be lost. */
  kill(): void;
  readonly ended: Promise<void>;
}

interface AskOptions {
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** The process ended while it worked on an image. */
export class ChildDiedError extends Error {
  /** A signal, or an exit code. */
  readonly how: string;

  constructor(how: string) {
    super(`The process that converted the image ended (${how}).`);
    this.name = 'ChildDiedError';
    this.how = how;
  }
}

/** A child keeps to the limit by itself, unless it hangs; bytes take time to get there, too. */
const graceMs = 5_000;
const mostTimerMs = 2 ** 31 - 1;

export function startConverterChild(options: ConverterChildOptions): ConverterChild {
  const { module, env, niceness, maxHeapMb } = options;
  const child = fork(module, {
    env: { ...allocatorSettings, ...env } as NodeJS.ProcessEnv,
    execArgv: [`--max-old-space-size=${maxHeapMb}`],
    serialization: 'advanced',
    // What a dying process has to say is for its developers.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    // Not detached: Linux would give a session of its own a share of its own (autogroup), behind which
    // the caller waits for up to a tenth of a second, whatever its niceness.
    windowsHide: true,
  });
  const isStarted = child.pid !== undefined;
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  const ended = new Promise<void>((resolve) => {
    if (isStarted) child.once('exit', () => resolve());
    else resolve();
  });
  const ready = untilReady(child);
  ready.catch(() => {}); // it is told to whoever asks
  // One that could not be started, or not be killed: `ready` and the exit tell.
  child.on('error', () => {});
  const pipe = child.stdio[bytesDescriptor] as Socket;
  pipe.on('error', () => {});
  if (niceness !== undefined) standBack(child, niceness);

  return {
    ended,
    isAlive: () => isStarted && !hasEnded() && !child.killed,

    async ask(request, options) {
      await ready;
      options.signal?.throwIfAborted();
      if (hasEnded()) throw new ChildDiedError(endOf(child.exitCode, child.signalCode));
      return await answerOf({ child, pipe }, request, options);
    },

    kill() {
      child.kill('SIGKILL');
    },
  };
}

/** Its threads come later and are as nice. Where the system cannot do that, nothing happens. */
function standBack({ pid }: ChildProcess, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness);
  } catch {}
}

async function untilReady(child: ChildProcess): Promise<void> {
  const [first, killer] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (first === readyMessage) return;
  // It learns to ignore Ctrl-C while it starts.
  if (typeof killer === 'string') throw new ChildDiedError(killer);
  throw new Error(`A process for conversions ended before it was ready (exit code ${first}).`);
}

function answerOf(
  { child, pipe }: { child: ChildProcess; pipe: Socket },
  request: ConverterRequest,
  { timeoutMs, signal }: AskOptions,
): Promise<ConverterReply> {
  return new Promise<ConverterReply>((resolve, reject) => {
    const timer = setTimeout(onTimeout, Math.min(timeoutMs + graceMs, mostTimerMs));
    signal?.addEventListener('abort', onAbort);
    child.on('message', onReply).on('exit', onExit);
    // Of one that is gone, its exit tells.
    const { envelope, bytes } = packRequest(request);
    child.send(envelope, () => {});
    if (bytes.byteLength > 0) pipe.write(bytes);

    async function onReply(said: unknown) {
      try {
        const { message, sizeBytes } = said as Envelope<ConverterReply>;
        // Should the child end before all have come, its exit tells.
        const received = await readExactly(pipe, sizeBytes);
        resolve(unpackReply(message, received));
      } catch {
        // An image may have taken the child over: what it says is not to be relied on.
        child.kill('SIGKILL');
        reject(new ChildDiedError('it sent a reply that is none'));
      }
      settle();
    }

    function onExit(code: number | null, killer: NodeJS.Signals | null) {
      settle();
      reject(new ChildDiedError(endOf(code, killer)));
    }

    function onTimeout() {
      settle();
      child.kill('SIGKILL');
      reject(hung(timeoutMs));
    }

    function onAbort() {
      settle();
      child.kill('SIGKILL');
      reject(signal?.reason);
    }

    function settle() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      child.off('message', onReply).off('exit', onExit);
    }
  });
}

function endOf(code: number | null, killer: NodeJS.Signals | null): string {
  return killer ?? `exit code ${code}`;
}

function hung(timeoutMs: number): ConversionError {
  return new ConversionError(
    'CONVERSION_TIMEOUT',
    `Expected the conversion to take at most ${timeoutMs} ms but it takes longer and did not stop by itself. Raise the limit timeoutMs to wait for it, or convert the file with another program.`,
  );
}
