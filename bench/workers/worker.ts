import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { peakBytes } from '../../testing/peak-memory.ts';
import type { Output, PeerName } from './peers.ts';

/** The cost of one request in one process, over all its threads. */
export interface Sample {
  cpuMs: number;
  wallMs: number;
  /** Size of one output. */
  bytes: number;
}

interface ConversionRequest {
  file: string;
  output: Output;
  /** Number of repetitions, as processor time is counted in steps of 10 ms on some systems. */
  repeat: number;
  /** Where the output is written, after the measurement. */
  saveAs?: string;
}

export interface Job {
  bucket: string;
  keys: string[];
  concurrency: number;
  batchSize: number;
  /** The Python original keeps its database connection, and compresses with run-length zlib. */
  isTuned?: boolean;
}

export type WorkerRequest =
  | ({ task: 'convert'; peer: PeerName } & ConversionRequest)
  | ({ task: 'job' } & Job)
  | { task: 'compare'; file: string; output: string };

/** A process that answers one line of JSON with another. */
export interface Worker {
  run<Reply = Sample>(request: WorkerRequest): Promise<Reply>;
  /** Peak memory since its start, in MiB; undefined if the system does not report it. */
  peakMb(): number | undefined;
  close(): Promise<void>;
}

export function startWorker([command = '', ...args]: string[], env: NodeJS.ProcessEnv): Worker {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // If the process has ended, the missing answer shows it.
  child.stdin.on('error', () => {});
  return {
    async run<Reply>(request: WorkerRequest): Promise<Reply> {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`Expected a response from ${args[0]} but it ended.`);
      const reply: { error?: string } = JSON.parse(value);
      if (reply.error !== undefined) throw new Error(reply.error);
      return reply as Reply;
    },
    peakMb: () => peakMbOf(child),
    close: () => endProcess(child),
  };
}

/** In MiB. Undefined without /proc. */
function peakMbOf({ pid }: ChildProcess): number | undefined {
  const bytes = pid === undefined ? undefined : peakBytes(pid);
  return bytes && Math.round(bytes / 2 ** 20);
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
}
