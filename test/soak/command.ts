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

const usage = `Uploads pictures of all kinds while workers, PostgreSQL, S3 and the ways between them fail,
then looks whether every promise was kept.

  --images N    how many uploads (1000 if not given)
  --seed N      which faults, and when; without it, others each time
  --pace N      milliseconds between two uploads (120 if not given)
  --workers N   how many workers (3 if not given)
  --only KIND   only faults of this kind, as the report names them

  --kills N     instead: end N backends of PostgreSQL, half of them with SIGKILL, while the server, the
                function and a program that uses the pipeline are under load

Without faults:

  --leak        20000 conversions in one process, or as many as --images says: does its memory grow?
  --burst N     so many uploads at once into an empty queue
  --steady N    then so many seconds at 80 % of what the burst went at (0 if not given)
  --out FOLDER  where a plot and a JSON of --burst go (soak-results)

Exits with 1 if a promise was not kept.`;

const { values, numberOf } = readOptions(usage, {
  images: { type: 'string' },
  seed: { type: 'string' },
  pace: { type: 'string' },
  kills: { type: 'string' },
  workers: { type: 'string' },
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
  const kills = numberOf('kills');
  if (kills !== undefined) return await runKills(kills);
  const burst = numberOf('burst');
  return burst === undefined ? await runFaults() : await runLoad(burst);
}

function drawnSeed(): number {
  return Math.floor(Math.random() * 2 ** 31);
}

async function runFaults(): Promise<0 | 1> {
  const seed = numberOf('seed') ?? drawnSeed();
  const images = numberOf('images') ?? 1_000;
  const isShort = images < 200;
  console.log(`Seed ${seed}`);
  const report = await soak({
    seed,
    images,
    paceMs: numberOf('pace') ?? 120,
    faultEveryMs: isShort ? 500 : 2_500,
    mostFrozenMs: isShort ? 4_000 : 26_000,
    workers: numberOf('workers') ?? 3,
    kinds: values.only === undefined ? undefined : [kindOf(values.only)],
    visibilityTimeoutSeconds: isShort ? 5 : 20,
    maxReceiveCount: isShort ? 3 : 10,
    // Ends a run that hangs. Unreadable messages take 210 s; on a busy machine they also wait for the backlog.
    drainTimeoutMs: 600_000 + 60 * images,
  });
  console.log(describeSoak(report));
  return report.broken.length > 0 ? 1 : 0;
}

async function runKills(kills: number): Promise<0 | 1> {
  const seed = numberOf('seed') ?? drawnSeed();
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
  const report = await findLeak({ conversions: numberOf('images') ?? 20_000 });
  console.log(describeLeak(report));
  return report.problems.length > 0 ? 1 : 0;
}

async function runLoad(burst: number): Promise<0 | 1> {
  const steadySeconds = numberOf('steady') ?? 0;
  const report = await load({ burst, steadySeconds, workers: numberOf('workers') ?? 3 });
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'soak-load.svg'), drawLoad(report));
  await writeFile(join(values.out, 'soak-load.json'), `${JSON.stringify(report, null, 2)}\n`);
  console.log(describeLoad(report));
  return report.problems.length > 0 ? 1 : 0;
}
