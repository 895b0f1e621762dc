// Measures speed against other libraries, all in turn in one run:
// npm run bench                          minutes
// npm run bench -- --quick               under a minute
// npm run bench -- --photos FOLDER       with your own photos
// npm run bench -- --only conversions    or cold, job, sizes; several with commas
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStart } from './cold/measure-cold-start.ts';
import { measureConversions } from './conversions/measure-conversions.ts';
import { measureSizes } from './conversions/measure-sizes.ts';
import { findInputs, generateInputs } from './inputs.ts';
import { measureJob } from './job/measure-job.ts';
import { availablePeers, describeMachine, pythonVersions } from './machine.ts';
import { renderReport } from './report.ts';
import type { Results } from './results.ts';
import { renderTables } from './tables.ts';
import { writeResults } from './write-results.ts';

const parts = ['conversions', 'cold', 'job', 'sizes'] as const;
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    photos: { type: 'string' },
    only: { type: 'string', default: parts.join(',') },
    rounds: { type: 'string' },
    name: { type: 'string' },
  },
});
const wanted = new Set(flags.only.split(','));
const python = process.env.PYTHON ?? 'python3';
const rounds = Number(flags.rounds ?? (flags.quick ? 3 : 9));
const print = (line: string) => console.error(line);

const folder = await mkdtemp(join(tmpdir(), 'grayscale-bench-'));
try {
  const results = await measure();
  const name = flags.name ?? results.startedAt.replaceAll(/[:.]/g, '-');
  console.log(renderTables(results));
  await writeResults(name, results, { html: renderReport(results) });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(): Promise<Results> {
  const found = pythonVersions(python);
  const peerNames = availablePeers(found, print);
  const results: Results = {
    startedAt: new Date().toISOString(),
    // The path of the photos is private, so it is not recorded.
    command: ['npm run bench --', ...process.argv.slice(2)]
      .join(' ')
      .replace(flags.photos ?? '', (path) => path && 'FOLDER'),
    inputs: flags.photos ? 'photographs from a folder' : 'generated photographs',
    rounds,
    machine: describeMachine(found),
  };
  const inputs = flags.photos
    ? await findInputs(flags.photos)
    : await generateInputs(folder, { isQuick: flags.quick });
  const shared = { peerNames, python, rounds, folder, print };
  const typicalInput = inputs.find(
    ({ megapixels, name }) => megapixels > 0.9 && name.endsWith('.jpg'),
  );
  const { file } = typicalInput ?? inputs[0] ?? { file: '' };

  if (wanted.has('conversions')) results.conversions = await measureConversions(inputs, shared);
  if (wanted.has('cold')) {
    print('Cold processes ...');
    const hasPython = ['PIL', 'boto3', 'psycopg2'].every((name) => name in found);
    results.cold = await measureColdStart({ file, python, hasPython, rounds });
  }
  if (wanted.has('job')) {
    const hasPython = ['PIL', 'boto3', 'psycopg2'].every((name) => name in found);
    const images = flags.quick ? 4 : 20;
    results.job = await measureJob({ ...shared, file, images, hasPython });
  }
  if (wanted.has('sizes')) {
    const sizes = flags.quick ? [0.3, 2] : [0.3, 1, 2, 6, 12, 24];
    const sizePeers = peerNames.filter((name) =>
      ['ours', 'naive', 'expert', 'pillow'].includes(name),
    );
    results.sizes = await measureSizes({
      ...shared,
      sizes,
      peerNames: sizePeers,
      rounds: Math.min(rounds, 5),
    });
  }
  return results;
}
