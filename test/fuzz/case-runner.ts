import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { FuzzCase } from './fuzz-case.ts';
import type { Fault } from './judge-case.ts';
import { residentBytes } from './peak-memory.ts';
import type { CaseReply, CaseResult } from './serve-cases.ts';

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
  run(fuzzCase: FuzzCase): Promise<CaseResult>;
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
    async run(fuzzCase) {
      child ??= await startChild(options);
      const result = await runWatched(child, fuzzCase, options);
      if (result.fault && !harmless.includes(result.fault.kind)) await restart();
      return result;
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

/** The reply of the child, or what is to be said of a child that gave none. */
async function runWatched(
  { process, exited, complaint }: Child,
  fuzzCase: FuzzCase,
  options: RunnerOptions,
): Promise<CaseResult> {
  const startedAt = performance.now();
  const done = new AbortController();
  const failed = (fault: Fault): CaseResult => {
    return { outcome: fault.kind, fault, ms: performance.now() - startedAt };
  };
  const replied = once(process, 'message', done).then(([reply]) => withinMemory(reply, options));
  replied.catch(() => undefined);
  const crashed = exited.then(([code, by]) => {
    const detail = `the process ended with ${by ?? `exit code ${code}`}: ${complaint() || 'no message'}`;
    return failed({ kind: 'crash', detail });
  });
  try {
    // It may have died of the case before, after its reply.
    if (!process.connected) return await crashed;
    process.send(fuzzCase);
    const stopped = outOfHand(process.pid ?? 0, options, done.signal).then(failed);
    return await Promise.race([replied, crashed, stopped]);
  } finally {
    done.abort();
  }
}

const pollMs = 50;

/** Looks at a process until it takes too long or too much, or nobody waits any more. */
function outOfHand(pid: number, options: RunnerOptions, signal: AbortSignal): Promise<Fault> {
  const { hangMs, maxResidentBytes } = options;
  const until = performance.now() + hangMs;
  return new Promise((resolve) => {
    const poll = setInterval(() => {
      const bytes = residentBytes(pid) ?? 0;
      if (bytes > maxResidentBytes) resolve(tooMuch(bytes, options));
      else if (performance.now() > until) {
        resolve({ kind: 'hang', detail: `no answer within ${hangMs / 1_000} s` });
      }
    }, pollMs);
    signal.addEventListener('abort', () => clearInterval(poll));
  });
}

function withinMemory(reply: CaseReply, options: RunnerOptions): CaseResult {
  const isWithin = reply.fault || reply.residentBytes <= options.maxResidentBytes;
  return isWithin ? reply : { ...reply, fault: tooMuch(reply.residentBytes, options) };
}

function tooMuch(bytes: number, { maxResidentBytes }: RunnerOptions): Fault {
  const [most, taken] = [maxResidentBytes, bytes].map((n) => `${Math.ceil(n / 2 ** 20)} MB`);
  const detail = `Expected the process to take at most ${most} but it took ${taken}`;
  return { kind: 'memory', detail };
}
