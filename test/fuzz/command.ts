// npm run fuzz -- --seconds 120 [--seed N]
import { join } from 'node:path';
import { readOptions } from '../../tools/read-options.ts';
import { loadCorpus } from './corpus.ts';
import { keepFind } from './find.ts';
import { fuzz } from './fuzz.ts';
import { describeFind, describeSummary } from './report.ts';

const usage = `Mutates small files of every input format and converts them in a separate process.

  --seconds N    duration (default: 60)
  --cases N      maximum number of cases
  --seed N       seed of the cases (default: random)
  --only PATH    run only this case: its number, or the path from a report
  --keep FOLDER  folder for finds (default: test/convert/fuzz-finds, which npm test converts)

Exits with 1 if something was found.`;

const hangMs = 10_000;
const minimiseMs = 20_000;
/** The memory of the program itself, the maximum estimate for an image, and some slack. */
const maxResidentBytes = 1.25 * 2 ** 30;

// A hanging child would outlive this process if it were not killed with it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(2));

const { values, readNumber, exitWithUsage } = readOptions(usage, {
  seconds: { type: 'string', default: '60' },
  cases: { type: 'string' },
  seed: { type: 'string' },
  only: { type: 'string' },
  keep: {
    type: 'string',
    default: join(import.meta.dirname, '../convert/fuzz-finds'),
  },
  help: { type: 'boolean' },
});
if (values.help) console.log(usage);
else process.exitCode = await run();

async function run(): Promise<0 | 1> {
  const { only } = values;
  if (only !== undefined && !/^\d{1,9}(:\d+)*$/.test(only)) {
    exitWithUsage(`Expected a number or a path such as 12:0:3 for --only but received ${only}`);
  }
  const seed = readNumber('seed') ?? Math.floor(Math.random() * 2 ** 31);
  console.log(`Seed ${seed}`);
  const summary = await fuzz({
    corpus: await loadCorpus(),
    seed,
    path: only ?? '0',
    cases: only === undefined ? (readNumber('cases') ?? Number.POSITIVE_INFINITY) : 1,
    seconds: readNumber('seconds') ?? 60,
    childPath: join(import.meta.dirname, 'child.ts'),
    hangMs,
    minimiseMs,
    maxResidentBytes,
    onFind: async (find) => console.log(describeFind(find, await keepFind(values.keep, find))),
  });
  console.log(describeSummary(summary));
  return summary.finds > 0 ? 1 : 0;
}
