import { setTimeout as sleep } from 'node:timers/promises';
import { sendBombs } from './attacks/event-bombs.ts';
import { tryCommandOnFullDisk, trySandboxOnFullDisk } from './attacks/fill-disks.ts';
import { floodWithHeads } from './attacks/head-flood.ts';
import { holdRequests } from './attacks/idle-clients.ts';
import { cutStatements, killBackend, terminateBackends } from './attacks/lose-statements.ts';
import { stallStore } from './attacks/stall-store.ts';
import type { Fault, FaultOptions, FaultParams } from './fault.ts';
import type { Trouble } from './tcp-proxy.ts';
import type { World } from './world.ts';

/** Every fault that can be applied to the running system. */
export const faultKinds = {
  'kill a worker': { mostMs: 0, run: async (world, { worker }) => kill(world, worker) },
  'freeze a worker': { mostMs: 8_000, run: freeze },
  'shift a worker’s clock': { mostMs: 10_000, run: shiftClock },
  'crash PostgreSQL': {
    mostMs: 3_000,
    run: (world, { lastsMs }) => restart(world, 'crash', lastsMs),
  },
  'restart PostgreSQL': {
    mostMs: 3_000,
    run: (world, { lastsMs }) => restart(world, 'orderly', lastsMs),
  },
  'cut connections to S3': { mostMs: 0, run: async ({ s3Way }) => void s3Way.cut() },
  'cut connections to PostgreSQL': {
    mostMs: 0,
    run: async ({ databaseWay }) => void databaseWay.cut(),
  },
  'refuse connections to S3': trouble('s3Way', 4_000, () => ({ refuses: true })),
  'refuse connections to PostgreSQL': trouble('databaseWay', 4_000, () => ({ refuses: true })),
  'delay S3': trouble('s3Way', 5_000, ({ delayMs }) => ({ delayMs })),
  'delay PostgreSQL': trouble('databaseWay', 5_000, ({ delayMs }) => ({ delayMs })),
  'stall S3': trouble('s3Way', 6_000, () => ({ stalls: true })),
  'stall PostgreSQL': trouble('databaseWay', 8_000, () => ({ stalls: true })),
  'S3 says 503 SlowDown': misanswer('slow-down'),
  'S3 says 500': misanswer('internal-error'),
  'S3 cuts bodies short': misanswer('truncate'),
  'S3’s answers are lost': misanswer('lose-answer'),
  'S3 is slow with some writes': misanswer('hold-put'),
  'S3 stalls in mid-body': { mostMs: 5_000, run: stallStore },
  'terminate PostgreSQL backends': { mostMs: 3_000, run: terminateBackends },
  'cut statements to PostgreSQL': { mostMs: 3_000, run: cutStatements },
  'kill a PostgreSQL backend': { mostMs: 0, run: killBackend },
  'idle and half-sent requests': { mostMs: 0, run: holdRequests },
  'flood of HEAD requests': { mostMs: 0, run: floodWithHeads },
  'event bombs': { mostMs: 0, run: sendBombs },
  'full disk of the command line': { mostMs: 0, run: tryCommandOnFullDisk },
  'full disk of a sandbox': { mostMs: 0, run: trySandboxOnFullDisk },
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof faultKinds;

/** If the previous worker has not been restarted yet, nothing happens. */
function signal(world: World, worker: number, name: 'SIGKILL' | 'SIGSTOP'): number | undefined {
  const { pid } = world.workers[worker] ?? {};
  if (pid === undefined) return undefined;
  return send(pid, name) ? pid : undefined;
}

function kill(world: World, worker: number): undefined {
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

function trouble(
  way: 's3Way' | 'databaseWay',
  mostMs: number,
  of: (options: FaultOptions) => Trouble,
): Fault {
  return {
    mostMs,
    async run(world, options): Promise<undefined> {
      const end = world[way].impose(of(options));
      await sleep(options.lastsMs);
      end();
    },
  };
}

function misanswer(name: Parameters<World['s3Answers']['impose']>[0]): Fault {
  return {
    mostMs: 5_000,
    async run({ s3Answers }, { share, lastsMs }): Promise<undefined> {
      const end = s3Answers.impose(name, share);
      await sleep(lastsMs);
      end();
    },
  };
}
