// Measures speed against other libraries, all in turn in one run:
// npm run bench                          minutes
// npm run bench -- --quick               two minutes, with smaller images and fewer rounds
// npm run bench -- --photos FOLDER       with your own photos
// npm run bench -- --only mix            or cold, job, memory; several with commas
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureColdStart } from './cold/measure-cold-start.ts';
import { findInputs, generateInputs } from './conversions/inputs.ts';
import { measureConversions } from './conversions/measure-conversions.ts';
import { measureMemory } from './conversions/measure-memory.ts';
import { measureJob } from './job/measure-job.ts';
import { availablePeers, describeMachine, pythonVersions } from './machine.ts';
import { renderReport } from './report.ts';
import type { Results } from './results.ts';
import { renderTables } from './tables.ts';
import { writeResults } from './write-results.ts';

const parts = ['mix', 'cold', 'job', 'memory'] as const;
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
const unknown = [...wanted].filter((name) => !parts.some((part) => part === name));
if (unknown.length > 0) throw new Error(`Expected parts of ${parts} but received ${unknown}.`);
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
    inputs: flags.photos ? 'photographs from a folder' : 'the generated mix',
    rounds,
    machine: describeMachine(found),
  };
  print(flags.photos ? 'Reading the photos ...' : 'Generating the mix ...');
  const inputs = flags.photos
    ? await findInputs(flags.photos)
    : await generateInputs(folder, flags.quick ? { maxMegapixels: 0.5 } : {});
  const shared = { peerNames, python, rounds, folder, print };
  const hasPython = ['PIL', 'boto3', 'psycopg2'].every((name) => name in found);

  if (wanted.has('mix')) {
    const sampleMs = flags.quick ? 30 : 250;
    results.mix = await measureConversions(inputs, { ...shared, sampleMs });
  }
  if (wanted.has('cold')) {
    print('Cold processes ...');
    const typical = inputs.find(
      ({ megapixels, name }) => megapixels > 0.4 && /\.jpe?g$/.test(name),
    );
    const { file = '' } = typical ?? inputs[0] ?? {};
    results.cold = await measureColdStart({ file, python, hasPython, rounds });
  }
  if (wanted.has('job')) {
    // Each share of the mix is a whole number of 50 images.
    const jobRounds = Math.min(rounds, flags.quick ? 2 : 5);
    results.job = await measureJob({ ...shared, inputs, images: 50, rounds: jobRounds, hasPython });
  }
  if (wanted.has('memory')) {
    const rivals = peerNames.filter((name) => ['ours', 'naive', 'expert', 'pillow'].includes(name));
    const memoryRounds = flags.quick ? 1 : 3;
    const options = { ...shared, peerNames: rivals, rounds: memoryRounds };
    results.memory = await measureMemory(inputs, options);
  }
  return results;
}
