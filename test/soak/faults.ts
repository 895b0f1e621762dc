import { setTimeout as sleep } from 'node:timers/promises';
import { sendBombs } from './attacks/event-bombs.ts';
import { tryCommandOnFullDisk, trySandboxOnFullDisk } from './attacks/fill-disks.ts';
import { floodWithHeads } from './attacks/head-flood.ts';
import { holdRequests } from './attacks/idle-clients.ts';
import { cutStatements, killBackend, terminateBackends } from './attacks/lose-statements.ts';
import { stallStore } from './attacks/stall-store.ts';
import type { Fault, FaultOptions, FaultParams } from './fault.ts';
import type { NetworkFault } from './tcp-proxy.ts';
import type { World } from './world.ts';

/** Every fault that can be applied to the running system. */
export const faultKinds = {
  'kill a worker': {
    maxDurationMs: 0,
    run: async (world, { worker }) => killWorker(world, worker),
  },
  'freeze a worker': { maxDurationMs: 8_000, run: freeze },
  'shift a worker’s clock': { maxDurationMs: 10_000, run: shiftClock },
  'crash PostgreSQL': {
    maxDurationMs: 3_000,
    run: (world, { lastsMs }) => restart(world, 'crash', lastsMs),
  },
  'restart PostgreSQL': {
    maxDurationMs: 3_000,
    run: (world, { lastsMs }) => restart(world, 'orderly', lastsMs),
  },
  'cut connections to S3': {
    maxDurationMs: 0,
    run: async ({ s3TcpProxy }) => void s3TcpProxy.cut(),
  },
  'cut connections to PostgreSQL': {
    maxDurationMs: 0,
    run: async ({ databaseProxy }) => void databaseProxy.cut(),
  },
  'refuse connections to S3': networkFault('s3TcpProxy', 4_000, () => ({ refuses: true })),
  'refuse connections to PostgreSQL': networkFault('databaseProxy', 4_000, () => ({
    refuses: true,
  })),
  'delay S3': networkFault('s3TcpProxy', 5_000, ({ delayMs }) => ({ delayMs })),
  'delay PostgreSQL': networkFault('databaseProxy', 5_000, ({ delayMs }) => ({ delayMs })),
  'stall S3': networkFault('s3TcpProxy', 6_000, () => ({ stalls: true })),
  'stall PostgreSQL': networkFault('databaseProxy', 8_000, () => ({ stalls: true })),
  'S3 responds with 503 SlowDown': responseFault('slow-down'),
  'S3 responds with 500': responseFault('internal-error'),
  'S3 truncates bodies': responseFault('truncate'),
  'responses of S3 are lost': responseFault('lose-answer'),
  'S3 delays some writes': responseFault('hold-put'),
  'S3 stalls in mid-body': { maxDurationMs: 5_000, run: stallStore },
  'terminate PostgreSQL backends': { maxDurationMs: 3_000, run: terminateBackends },
  'cut statements to PostgreSQL': { maxDurationMs: 3_000, run: cutStatements },
  'kill a PostgreSQL backend': { maxDurationMs: 0, run: killBackend },
  'idle and half-sent requests': { maxDurationMs: 0, run: holdRequests },
  'flood of HEAD requests': { maxDurationMs: 0, run: floodWithHeads },
  'event bombs': { maxDurationMs: 0, run: sendBombs },
  'full disk of the command line': { maxDurationMs: 0, run: tryCommandOnFullDisk },
  'full disk of a sandbox': { maxDurationMs: 0, run: trySandboxOnFullDisk },
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof faultKinds;

/** If the previous worker has not been restarted yet, nothing happens. */
function signal(world: World, worker: number, name: 'SIGKILL' | 'SIGSTOP'): number | undefined {
  const { pid } = world.workers[worker] ?? {};
  if (pid === undefined) return undefined;
  return send(pid, name) ? pid : undefined;
}

export function killWorker(world: World, worker: number): undefined {
  signal(world, worker, 'SIGKILL');
}

async function freeze(world: World, { worker, lastsMs }: FaultParams): Promise<undefined> {
  const pid = signal(world, worker, 'SIGSTOP');
  if (pid === undefined) return;
  await sleep(lastsMs);
  send(pid, 'SIGCONT');
}

function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

async function shiftClock(
  world: World,
  { worker, shiftMs, lastsMs }: FaultParams,
): Promise<undefined> {
  world.workers[worker]?.send(`clock:${shiftMs}`);
  await sleep(lastsMs);
  world.workers[worker]?.send('clock:0');
}

async function restart(
  { postgres }: World,
  how: 'crash' | 'orderly',
  lastsMs: number,
): Promise<undefined> {
  await postgres.restart(how, () => sleep(lastsMs));
}

function networkFault(
  proxy: 's3TcpProxy' | 'databaseProxy',
  maxDurationMs: number,
  of: (options: FaultOptions) => NetworkFault,
): Fault {
  return {
    maxDurationMs,
    async run(world, options): Promise<undefined> {
      const end = world[proxy].impose(of(options));
      await sleep(options.lastsMs);
      end();
    },
  };
}

function responseFault(name: Parameters<World['s3HttpProxy']['impose']>[0]): Fault {
  return {
    maxDurationMs: 5_000,
    async run({ s3HttpProxy }, { share, lastsMs }): Promise<undefined> {
      const end = s3HttpProxy.impose(name, share);
      await sleep(lastsMs);
      end();
    },
  };
}
