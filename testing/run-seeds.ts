import { parseArgs } from 'node:util';

/**
 * Calls `findFault` with one seed after the other, for the time and from the seed that the options of
 * the command say: `--seconds 60 --seed 1`. At the first fault, prints it with the command that repeats
 * it, and exits with 1.
 */
export async function runSeeds(
  command: string,
  findFault: (seed: number) => Promise<string | undefined>,
  summarize: () => string,
): Promise<void> {
  const { seconds, seed } = readOptions();
  const end = performance.now() + seconds * 1_000;
  let next = seed;
  for (; performance.now() < end; next++) {
    const fault = await findFault(next).catch((error: unknown) => `${error}`);
    if (!fault) continue;
    console.error(`${fault}\nRepeat: npm run ${command} -- --seconds 1 --seed ${next}`);
    process.exit(1);
  }
  console.log(`${summarize()}, seeds ${seed} to ${next - 1}.`);
}

function readOptions(): { seconds: number; seed: number } {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
    },
  });
  const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
  if (seconds > 0 && Number.isInteger(seed)) return { seconds, seed };
  throw new RangeError(
    `Expected --seconds above 0 and a whole --seed but received ${values.seconds}, ${values.seed}`,
  );
}
