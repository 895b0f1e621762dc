// npm run soak -- --images 1000 [--seed N]
import { parseArgs } from 'node:util';
import { describeSoak } from './report.ts';
import { soak } from './soak.ts';

const usage = `Uploads pictures of all kinds while workers, PostgreSQL, S3 and the ways between them fail,
then looks whether every promise was kept.

  --images N    how many uploads (1000 if not given)
  --seed N      which faults, and when; without it, others each time
  --pace N      milliseconds between two uploads (120 if not given)
  --workers N   how many workers (3 if not given)

Exits with 1 if a promise was not kept.`;

const { values } = readArguments();
if (values.help) console.log(usage);
else process.exitCode = await run();

function readArguments() {
  try {
    return parseArgs({
      options: {
        images: { type: 'string' },
        seed: { type: 'string' },
        pace: { type: 'string' },
        workers: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    exitWith((error as Error).message);
  }
}

async function run(): Promise<0 | 1> {
  const seed = numberOf('seed') ?? Math.floor(Math.random() * 2 ** 31);
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
    visibilityTimeoutSeconds: isShort ? 5 : 20,
    drainTimeoutMs: 180_000,
  });
  console.log(describeSoak(report));
  return report.broken.length > 0 ? 1 : 0;
}

function numberOf(name: 'images' | 'seed' | 'pace' | 'workers'): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  exitWith(`Expected a whole number below a thousand million for --${name} but received ${text}`);
}

function exitWith(message: string): never {
  console.error(`${message}\n\n${usage}`);
  process.exit(2);
}
