import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Fault } from './judge-case.ts';
import { residentBytes } from './peak-memory.ts';
import type { CaseReply, CaseRequest } from './serve-cases.ts';

export interface RunnerOptions {
  /** The module that serves the cases, and what it is started with. */
  childPath: string;
  childArguments?: string[];
  /** A case that takes longer hangs. */
  hangMs: number;
  /** The process must never take more, whatever is estimated. */
  maxResidentBytes: number;
}

export interface CaseRunner {
  run(request: CaseRequest): Promise<CaseReply>;
  /** The next case is run by a new process. */
  restart(): Promise<void>;
}

/** Runs cases one at a time in a process, which is ended and replaced when one gets out of hand. */
export function createCaseRunner(options: RunnerOptions): CaseRunner {
  let child: Child | undefined;
  const restart = async () => {
    await child?.end();
    child = undefined;
  };
  return {
    restart,
    async run(request) {
      child ??= await startChild(options);
      const reply = await runWatched(child, request, options);
      if (reply.fault && !harmless.includes(reply.fault.kind)) await restart();
      return reply;
    },
  };
}

/** After these, the process is as good as before. */
const harmless: Fault['kind'][] = ['untyped error', 'wrong answer'];

interface Child {
  process: ChildProcess;
  exited: Promise<unknown[]>;
  /** What it wrote to standard error last. */
  complaint(): string;
  end(): Promise<void>;
}

const startMs = 60_000;

async function startChild({ childPath, childArguments }: RunnerOptions): Promise<Child> {
  const child = fork(childPath, childArguments, {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let text = '';
  child.stderr?.setEncoding('utf8').on('data', (more: string) => {
    text = (text + more).slice(-2_000);
  });
  const exited = once(child, 'exit');
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  exited.then(() => process.off('exit', kill));
  const end = async () => {
    kill();
    await exited;
  };
  const isReady = await Promise.race([
    once(child, 'message', { signal: AbortSignal.timeout(startMs) }).then(() => true),
    exited.then(() => false),
  ]).catch(() => false);
  if (isReady) return { process: child, exited, complaint: () => text.trim(), end };
  await end();
  throw new Error(`The process for the cases did not start: ${text || 'it said nothing'}`);
}

const pollMs = 50;

/** The reply of the child, or what is to be said of a child that gave none. */
async function runWatched(
  child: Child,
  request: CaseRequest,
  options: RunnerOptions,
): Promise<CaseReply> {
  const { process } = child;
  const startedAt = performance.now();
  let mostBytes = 0;
  const done = new AbortController();
  const { signal } = done;
  const faulty = (kind: Fault['kind'], detail: string): CaseReply => ({
    outcome: kind,
    fault: { kind, detail },
    ms: performance.now() - startedAt,
    residentBytes: mostBytes,
  });
  const replied = once(process, 'message', { signal }).then(([reply]): CaseReply => reply);
  const exited = child.exited.then(([code, by]) =>
    faulty(
      'crash',
      `the process ended with ${by ?? `exit code ${code}`}: ${child.complaint() || 'no message'}`,
    ),
  );
  const overdue = new Promise<CaseReply>((resolve) => {
    const poll = setInterval(() => {
      mostBytes = Math.max(mostBytes, residentBytes(process.pid ?? 0) ?? 0);
      if (mostBytes > options.maxResidentBytes)
        resolve(faulty('memory', tooMuch(mostBytes, options)));
      else if (performance.now() - startedAt > options.hangMs) {
        resolve(faulty('hang', `no answer within ${options.hangMs / 1_000} s`));
      }
    }, pollMs);
    signal.addEventListener('abort', () => clearInterval(poll));
  });
  try {
    // It may have died of the case before, after its reply.
    if (!process.connected) return await exited;
    process.send(request);
    const reply = await Promise.race([replied, exited, overdue]);
    if (reply.fault || reply.residentBytes <= options.maxResidentBytes) return reply;
    return { ...reply, fault: { kind: 'memory', detail: tooMuch(reply.residentBytes, options) } };
  } finally {
    replied.catch(() => undefined);
    done.abort();
  }
}

function tooMuch(bytes: number, { maxResidentBytes }: RunnerOptions): string {
  const [most, taken] = [maxResidentBytes, bytes].map((n) => `${Math.ceil(n / 2 ** 20)} MB`);
  return `Expected the process to take at most ${most} but it took ${taken}`;
}
