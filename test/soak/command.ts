// npm run soak -- --images 1000 [--seed N], or --kills 1000, or --leak, or --burst 10000 --steady 180
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readOptions } from '../../tools/read-options.ts';
import { drawLoad } from './draw-load.ts';
import { type FaultKind, faultKinds } from './faults.ts';
import { describeKills, killBackends } from './kill-backends.ts';

import { describeLeak, findLeak } from './leak.ts';
import { describeLoad, load } from './load.ts';
import { describeSoak } from './report.ts';
import { soak } from './soak.ts';
import { victimKinds } from './victims.ts';
import type { QueueKind } from './world.ts';

const usage = `Uploads images of all kinds while workers, PostgreSQL, S3 and the connections between them fail,
then checks whether every promise was kept.

  --images N    number of uploads (default: 1000)
  --seed N      which faults occur, and when (default: random)
  --pace N      milliseconds between two uploads (default: 120)
  --workers N   number of workers (default: 3)
  --queue KIND  sqs: the function, with the sandbox's queue (default)
                postgres: \`grayscale work\`, one killed every 20 s, with events sent to /v1/events
  --only KIND   only faults of this kind, named as in the report

  --kills N     instead: kill N backends of PostgreSQL, half of them with SIGKILL, while the server, the
                function and a program that uses the pipeline are under load

Without faults:

  --leak        20000 conversions in one process, or the number of --images: does its memory grow?
  --burst N     upload N images to an empty queue as fast as possible
  --steady N    then upload for N seconds at 80 % of the rate of the burst (default: 0)
  --out FOLDER  where to write the plot and JSON of --burst (default: soak-results)

Exits with 1 if a promise was not kept.`;

const { values, readNumber } = readOptions(usage, {
  images: { type: 'string' },
  seed: { type: 'string' },
  pace: { type: 'string' },
  kills: { type: 'string' },
  workers: { type: 'string' },
  queue: { type: 'string', default: 'sqs' },
  only: { type: 'string' },
  leak: { type: 'boolean' },
  burst: { type: 'string' },
  steady: { type: 'string' },
  out: { type: 'string', default: 'soak-results' },
  help: { type: 'boolean' },
});
if (values.help) console.log(usage);
else process.exitCode = await run();

async function run(): Promise<0 | 1> {
  if (values.leak) return await runLeak();
  const kills = readNumber('kills');
  if (kills !== undefined) return await runKills(kills);
  const burst = readNumber('burst');
  return burst === undefined ? await runFaults() : await runLoad(burst);
}

function drawnSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

async function runFaults(): Promise<0 | 1> {
  const seed = readNumber('seed') ?? drawnSeed();
  const images = readNumber('images') ?? 1_000;
  const isShort = images < 200;
  const queue = queueKind(values.queue);
  console.log(`Seed ${seed}`);
  const report = await soak({
    seed,
    images,
    paceMs: readNumber('pace') ?? 120,
    faultEveryMs: isShort ? 500 : 2_500,
    maxFrozenMs: isShort ? 4_000 : 26_000,
    workers: readNumber('workers') ?? (queue === 'postgres' ? 4 : 3),
    queue,
    killEveryMs: isShort ? 3_000 : 20_000,
    kinds: values.only === undefined ? undefined : [kindOf(values.only)],
    visibilityTimeoutSeconds: isShort ? 5 : 20,
    maxReceiveCount: isShort ? 3 : 10,
    // Ends a run that hangs. Unreadable messages take 210 s; on a busy machine they also wait for the backlog.
    drainTimeoutMs: 600_000 + 60 * images,
  });
  console.log(describeSoak(report));
  return report.violations.length > 0 ? 1 : 0;
}

async function runKills(kills: number): Promise<0 | 1> {
  const seed = readNumber('seed') ?? drawnSeed();
  console.log(`Seed ${seed}`);
  let isBroken = false;
  for (const victim of victimKinds) {
    const share = Math.ceil(kills / victimKinds.length);
    const report = await killBackends({ victim, kills: share, seed });
    console.log(describeKills(report));
    isBroken ||= report.problems.length > 0;
  }
  return isBroken ? 1 : 0;
}

function queueKind(text: string): QueueKind {
  if (text === 'sqs' || text === 'postgres') return text;
  console.error(`Expected --queue to be sqs or postgres but received "${text}".`);
  process.exit(2);
}

function kindOf(text: string): FaultKind {
  const kinds = Object.keys(faultKinds) as FaultKind[];
  const kind = kinds.find((name) => name === text);
  if (kind) return kind;
  console.error(
    `Expected --only to be one of these but received "${text}":\n  ${kinds.join('\n  ')}`,
  );
  process.exit(2);
}

async function runLeak(): Promise<0 | 1> {
  const report = await findLeak({ conversions: readNumber('images') ?? 20_000 });
  console.log(describeLeak(report));
  return report.problems.length > 0 ? 1 : 0;
}

async function runLoad(burst: number): Promise<0 | 1> {
  const steadySeconds = readNumber('steady') ?? 0;
  const report = await load({ burst, steadySeconds, workers: readNumber('workers') ?? 3 });
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'soak-load.svg'), drawLoad(report));
  await writeFile(join(values.out, 'soak-load.json'), `${JSON.stringify(report, null, 2)}\n`);
  console.log(describeLoad(report));
  return report.problems.length > 0 ? 1 : 0;
}
