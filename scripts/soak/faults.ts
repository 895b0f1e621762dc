import { setTimeout as sleep } from 'node:timers/promises';
import type { Trouble } from './tcp-proxy.ts';
import type { World } from './world.ts';

/** What a fault of any kind may be told; each kind looks at what concerns it. */
export interface FaultOptions {
  /** Which of the workers. */
  worker: number;
  /** Of requests. */
  share: number;
  delayMs: number;
  shiftMs: number;
}

type Told = FaultOptions & { lastsMs: number };

interface Fault {
  /** How long it lasts at most; 0 for what happens at one moment. */
  mostMs: number;
  /** Ends when the fault is over. */
  run(world: World, options: Told): Promise<void>;
}

/** Everything that is done to the running system. */
export const faultKinds = {
  'kill a worker': { mostMs: 0, run: async (world, { worker }) => kill(world, worker) },
  'freeze a worker': { mostMs: 8_000, run: freeze },
  'shift a worker’s clock': { mostMs: 10_000, run: shiftClock },
  'crash PostgreSQL': {
    mostMs: 3_000,
    run: ({ postgres }, { lastsMs }) => postgres.restart('crash', () => sleep(lastsMs)),
  },
  'restart PostgreSQL': {
    mostMs: 3_000,
    run: ({ postgres }, { lastsMs }) => postgres.restart('orderly', () => sleep(lastsMs)),
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
} satisfies Record<string, Fault>;

export type FaultKind = keyof typeof faultKinds;

/** The one that died just before may not have been started again yet: then nothing happens. */
function signal(world: World, worker: number, name: 'SIGKILL' | 'SIGSTOP'): number | undefined {
  const { pid } = world.workers[worker] ?? {};
  if (pid === undefined) return undefined;
  return send(pid, name) ? pid : undefined;
}

function kill(world: World, worker: number): void {
  signal(world, worker, 'SIGKILL');
}

async function freeze(world: World, { worker, lastsMs }: Told): Promise<void> {
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

async function shiftClock(world: World, { worker, shiftMs, lastsMs }: Told): Promise<void> {
  world.workers[worker]?.send(`clock:${shiftMs}`);
  await sleep(lastsMs);
  world.workers[worker]?.send('clock:0');
}

function trouble(
  way: 's3Way' | 'databaseWay',
  mostMs: number,
  of: (options: FaultOptions) => Trouble,
): Fault {
  return {
    mostMs,
    async run(world, options) {
      const end = world[way].impose(of(options));
      await sleep(options.lastsMs);
      end();
    },
  };
}

function misanswer(name: Parameters<World['s3Answers']['impose']>[0]): Fault {
  return {
    mostMs: 5_000,
    async run({ s3Answers }, { share, lastsMs }) {
      const end = s3Answers.impose(name, share);
      await sleep(lastsMs);
      end();
    },
  };
}
