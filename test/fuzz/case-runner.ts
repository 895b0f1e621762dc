import type { ChildProcess } from 'node:child_process';
import { askChild, ChildEndedError, superviseChild } from '../../src/isolation/supervise-child.ts';
import { residentBytes } from '../../testing/peak-memory.ts';
import type { FuzzCase } from './fuzz-case.ts';
import type { Fault } from './judge-case.ts';
import type { CaseReply, CaseResult } from './serve-cases.ts';

export interface RunnerOptions {
  /** The module that serves the cases, and the arguments that it is started with. */
  childPath: string;
  childArguments?: string[];
  /** A case that takes longer counts as hanging. */
  hangMs: number;
  /** The process must never use more, regardless of the estimate. */
  maxResidentBytes: number;
}

export interface CaseRunner {
  run(fuzzCase: FuzzCase): Promise<CaseResult>;
  /** Makes the next case run in a new process. */
  restart(): Promise<void>;
}

/** Runs cases one at a time in a child process, which is replaced after a crash, a hang or excessive memory use. */
export function createCaseRunner(options: RunnerOptions): CaseRunner {
  /** The last output of the process on standard error. */
  let lastStderr = '';
  const supervisor = superviseChild({
    module: options.childPath,
    args: options.childArguments ?? [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    onStart({ stderr }) {
      lastStderr = '';
      stderr?.setEncoding('utf8').on('data', (more: string) => {
        lastStderr = (lastStderr + more).slice(-2_000);
      });
    },
  });

  async function start(): Promise<ChildProcess> {
    return await supervisor.child(AbortSignal.timeout(startMs)).catch(async () => {
      await supervisor.end();
      throw new Error(`The process for the cases did not start: ${lastStderr || 'no output'}`);
    });
  }

  async function run(request: FuzzCase): Promise<CaseResult> {
    // If the process died of the previous case after its reply, that is a crash as well.
    const child = supervisor.current ?? (await start());
    const startedAt = performance.now();
    const { signal, stop } = watch(child.pid ?? 0, options);
    const receive = (reply: unknown) => withinMemory(reply as CaseReply, options);
    try {
      return await askChild(child, request, { receive, signal });
    } catch (error) {
      const fault: Fault = signal.aborted ? signal.reason : crash(error, lastStderr.trim());
      return { outcome: fault.kind, fault, ms: performance.now() - startedAt };
    } finally {
      stop();
    }
  }

  const kill = () => supervisor.current?.kill('SIGKILL');
  return {
    restart: () => supervisor.end(),

    async run(request) {
      // A hanging process would outlive this one.
      process.once('exit', kill);
      const result = await run(request).finally(() => process.off('exit', kill));
      if (result.fault && !harmless.includes(result.fault.kind)) await supervisor.end();
      return result;
    },
  };
}

/** After these outcomes, the process can be used again. */
const harmless: Fault['kind'][] = ['untyped error', 'wrong answer'];
const startMs = 60_000;

function crash(error: unknown, lastStderr: string): Fault {
  if (!(error instanceof ChildEndedError)) throw error;
  const detail = `the process ended with ${error.detail}: ${lastStderr || 'no message'}`;
  return { kind: 'crash', detail };
}

const pollMs = 50;

/** Aborts with the fault once a process uses too much time or memory. */
function watch(pid: number, { hangMs, maxResidentBytes }: RunnerOptions) {
  const watching = new AbortController();
  const until = performance.now() + hangMs;
  const abort = (fault: Fault) => watching.abort(fault);
  const poll = setInterval(() => {
    const bytes = residentBytes(pid) ?? 0;
    if (bytes > maxResidentBytes) abort(memoryFault(bytes, maxResidentBytes));
    else if (performance.now() > until) {
      abort({ kind: 'hang', detail: `no answer within ${hangMs / 1_000} s` });
    }
  }, pollMs);
  return { signal: watching.signal, stop: () => clearInterval(poll) };
}

function withinMemory(reply: CaseReply, { maxResidentBytes }: RunnerOptions): CaseResult {
  const isWithin = reply.fault || reply.residentBytes <= maxResidentBytes;
  return isWithin ? reply : { ...reply, fault: memoryFault(reply.residentBytes, maxResidentBytes) };
}

function memoryFault(bytes: number, maxBytes: number): Fault {
  const [max, used] = [maxBytes, bytes].map((n) => `${Math.ceil(n / 2 ** 20)} MB`);
  const detail = `Expected the process to take at most ${max} but it took ${used}`;
  return { kind: 'memory', detail };
}
