import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { peakBytes } from '../../testing/peak-memory.ts';
import type { Output, PeerName } from './peers.ts';

/** What one process took for what it was asked, over all of its threads. */
export interface Sample {
  cpuMs: number;
  wallMs: number;
  /** Of one output. */
  bytes: number;
}

interface ConversionRequest {
  file: string;
  output: Output;
  /** So many times in a row, as processor time is counted in steps of 10 ms on some systems. */
  repeat: number;
  /** Where the output is written, after the clock was stopped. */
  saveAs?: string;
}

export interface Job {
  bucket: string;
  keys: string[];
  concurrency: number;
  batchSize: number;
}

export type WorkerRequest =
  | ({ task: 'convert'; peer: PeerName } & ConversionRequest)
  | ({ task: 'job' } & Job)
  | { task: 'compare'; file: string; output: string };

/** A process that answers one line of JSON with another. */
export interface Worker {
  ask<Reply = Sample>(request: WorkerRequest): Promise<Reply>;
  /** Since it started, in MiB; undefined where the system does not tell. */
  peakMb(): number | undefined;
  close(): Promise<void>;
}

export function startWorker([command = '', ...args]: string[], env: NodeJS.ProcessEnv): Worker {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  // Of one that is gone, its missing answer tells.
  child.stdin.on('error', () => {});
  return {
    async ask<Reply>(request: WorkerRequest): Promise<Reply> {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`Expected an answer of ${args[0]} but it ended.`);
      const reply: { error?: string } = JSON.parse(value);
      if (reply.error !== undefined) throw new Error(reply.error);
      return reply as Reply;
    },
    peakMb: () => peakMbOf(child),
    close: () => closed(child),
  };
}

/** In MiB. Undefined where there is no /proc. */
function peakMbOf({ pid }: ChildProcess): number | undefined {
  const bytes = pid === undefined ? undefined : peakBytes(pid);
  return bytes && Math.round(bytes / 2 ** 20);
}

async function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
}
