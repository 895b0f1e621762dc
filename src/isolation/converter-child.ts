import type { ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import { setPriority } from 'node:os';
import { maxTimerMs } from '../convert/deadline.ts';
import { ConversionError } from '../convert/index.ts';
import { allocatorSettings } from './allocator.ts';
import {
  bytesDescriptor,
  type ConverterReply,
  type ConverterRequest,
  type Envelope,
  packRequest,
  unpackReply,
} from './converter-messages.ts';
import { readExactly } from './read-exactly.ts';
import { askChild, ChildEndedError, type Supervisor, superviseChild } from './supervise-child.ts';

interface ConverterOptions {
  module: URL;
  env: Record<string, string | undefined>;
  maxHeapMb: number;
  /** From 0 to 19: how far its priority is lowered. */
  niceness?: number | undefined;
}

interface AskOptions {
  timeoutMs: number;
  /**
   * A child enforces the limit itself unless it hangs; sending the bytes also takes time. Default:
   * 5 seconds.
   */
  hangGraceMs?: number | undefined;
  signal: AbortSignal | undefined;
}

/** Supervises one converter process. */
export function superviseConverter(options: ConverterOptions): Supervisor {
  const { module, env, niceness, maxHeapMb } = options;
  return superviseChild({
    module,
    env: { ...allocatorSettings, ...env },
    execArgv: [`--max-old-space-size=${maxHeapMb}`],
    serialization: 'advanced',
    // Only developers can use the output of a crashing process.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'],
    // Not detached: Linux would give a separate session its own CPU share (autogroup). The caller
    // would then wait for up to a tenth of a second, regardless of the child's niceness.
    windowsHide: true,
    onStart(child) {
      bytesPipe(child).on('error', () => {});
      if (niceness !== undefined) lowerPriority(child, niceness);
    },
  });
}

/** Returns the supervisor's process once it is ready. */
export async function readyConverter(supervisor: Supervisor): Promise<ChildProcess> {
  try {
    return await supervisor.child();
  } catch (error) {
    // A child ignores Ctrl-C only after it has started, so a killed one is retried.
    if (!(error instanceof ChildEndedError) || error.isKilled) throw error;
    throw new Error(`A process for conversions ended before it was ready (${error.detail}).`);
  }
}

/** Like {@link askChild}, but kills a process that is still busy some time after the timeout. */
export async function askConverter(
  child: ChildProcess,
  request: ConverterRequest,
  { timeoutMs, hangGraceMs = 5_000, signal }: AskOptions,
): Promise<ConverterReply> {
  signal?.throwIfAborted();
  const timeout = new AbortController();
  const abort = () => timeout.abort(hangError(timeoutMs));
  const timer = setTimeout(abort, Math.min(timeoutMs + hangGraceMs, maxTimerMs));
  const pipe = bytesPipe(child);
  const { envelope, bytes } = packRequest(request);
  const reply = askChild(child, envelope, {
    signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
    async receive(received) {
      const { message, sizeBytes } = received as Envelope<ConverterReply>;
      return unpackReply(message, await readExactly(pipe, sizeBytes));
    },
  });
  if (bytes.byteLength > 0) pipe.write(bytes);
  return await reply.finally(() => clearTimeout(timer));
}

function bytesPipe({ stdio }: ChildProcess): Socket {
  return stdio[bytesDescriptor] as Socket;
}

/** Threads that start later inherit the priority. Has no effect if the system forbids it. */
function lowerPriority({ pid }: ChildProcess, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness);
  } catch {}
}

function hangError(timeoutMs: number): ConversionError {
  return new ConversionError(
    'CONVERSION_TIMEOUT',
    `Expected the conversion to take at most ${timeoutMs} ms but it took longer and did not stop by itself. Raise the limit timeoutMs (MAX_CONVERSION_MS) to wait for it, or convert the file with another program.`,
  );
}
