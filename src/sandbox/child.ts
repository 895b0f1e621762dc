import type { ChildProcess } from 'node:child_process';
import { extname } from 'node:path';
import { createInterface } from 'node:readline';
import { allocatorSettings } from '../isolation/allocator.ts';
import { ChildEndedError, superviseChild } from '../isolation/supervise-child.ts';

interface ChildOptions {
  /** A module next to this one, without extension: .ts in the sources, .js in the build; or any. */
  module: string | URL;
  args?: string[];
  env: Record<string, string | undefined>;
  /** Receives each line that the child writes to standard output or error. */
  onLine: (line: string) => void;
  /** Ends a child that is not ready yet. */
  signal?: AbortSignal | undefined;
  /** Called if the child ends unexpectedly. */
  onUnexpectedExit?: (code: number | null, signal: NodeJS.Signals | null) => void;
}

/** A part of the sandbox in its own process, restarted whenever it dies. */
export interface Child {
  /** Of the current process. */
  readonly pid: number | undefined;
  /** Sends a message to the child if it is running. */
  send(message: string): void;
  /** Asks the child to finish its work, and waits until it has. */
  stop(): Promise<void>;
}

const restartPauseMs = 500;
const stopTimeoutMs = 15_000;

/**
 * Starts a child and waits until it is ready. Fails if the first process ends before it is ready;
 * replaces a process that dies later.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { module, args = [], env, signal, onUnexpectedExit } = options;
  const part = superviseChild({
    module:
      typeof module === 'string'
        ? new URL(`./${module}${extname(import.meta.url)}`, import.meta.url)
        : module,
    args,
    env: { ...allocatorSettings, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C reaches the whole process group, but only the parent decides the order in which parts
    // end.
    detached: true,
    onStart: (child) => forwardOutput(child, options),
  });
  try {
    await part.child(signal);
  } catch (error) {
    // Its files are removed next.
    await part.end();
    if (!(error instanceof ChildEndedError)) throw error;
    throw new Error(`The sandbox's ${module} ended before it was ready.`);
  }
  part.keepAlive(restartPauseMs, ({ exitCode, signalCode }) =>
    onUnexpectedExit?.(exitCode, signalCode),
  );

  return {
    get pid() {
      return part.current?.pid;
    },
    // A process that is being restarted needs no message.
    send: (message) => void part.current?.send(message, () => {}),
    stop: () => part.end(stopTimeoutMs),
  };
}

function forwardOutput(child: ChildProcess, { module, onLine }: ChildOptions): void {
  // It could not be started, messaged or killed.
  child.on('error', ({ message }) => onLine(`${module}: ${message}`));
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('error', () => {});
    // The interface passes the stream's errors on.
    if (stream)
      createInterface({ input: stream })
        .on('line', onLine)
        .on('error', () => {});
  }
}
