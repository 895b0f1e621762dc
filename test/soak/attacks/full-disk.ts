import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { toGrayscale } from '../../../src/convert/index.ts';
import { photoLikeJpeg } from '../../../testing/images.ts';
import { openSmallDisk } from '../../../testing/small-disk.ts';
import type { Violation } from '../check-promise.ts';

type Files = Map<string, Uint8Array>;

/** The result of `grayscale convert` when only some of its outputs have room. */
export interface FullDiskRun {
  exitCode: number | null;
  output: string;
  sourcesBefore: Files;
  sources: Files;
  /** Every file in the output folder. */
  outputs: Files;
  /** The outputs that existed before, which `--overwrite` replaces. */
  outputsBefore: Files;
  /** The complete bytes of each output. */
  expected: Files;
}

export interface FullDiskOptions {
  /** Seed for the choice of images. */
  salt: number;
  /** Whether to replace older outputs, which already have room. */
  overwrite: boolean;
  /** A small file system, or a limit on the size of each file, which needs no privileges. */
  limitedBy: 'small disk' | 'file size limit';
}

const images = 8;

/** Converts images in a new folder to a place that has room for only some of the outputs. */
export async function convertOntoFullDisk(options: FullDiskOptions): Promise<FullDiskRun> {
  const sourcesBefore = await makeSources(options.salt);
  const expected = await convertAll(sourcesBefore);
  const sizes = [...expected.values()].map(({ byteLength }) => byteLength).sort((a, b) => a - b);
  const some = sizes.slice(0, images / 2);
  const place =
    options.limitedBy === 'small disk'
      ? await openDiskFor([...sourcesBefore.values()], some, options.overwrite ? images : 0)
      : await makeFolder();
  const limitBytes = options.limitedBy === 'small disk' ? undefined : some.at(-1);
  try {
    const [from, to] = [join(place.folder, 'photos'), join(place.folder, 'gray')];
    await writeAll(from, sourcesBefore);
    const outputsBefore: Files = new Map(
      options.overwrite ? [...expected.keys()].map((name) => [name, Buffer.from('older')]) : [],
    );
    await writeAll(to, outputsBefore);
    const args = ['convert', from, '--out', to, ...(options.overwrite ? ['--overwrite'] : [])];
    const { exitCode, output } = await runWithLimit(args, limitBytes);
    const [sources, outputs] = [await readAll(from), await readAll(to)];
    return { exitCode, output, sourcesBefore, sources, outputsBefore, outputs, expected };
  } finally {
    await place.close();
  }
}

/** Each output is complete or unchanged, the sources are untouched, and the error names the disk. */
export function checkFullDisk(run: FullDiskRun): Violation[] {
  const { exitCode, output, sources, sourcesBefore, outputs, outputsBefore, expected } = run;
  const reasons = [
    ...[...outputs].flatMap(([name, bytes]) => {
      const allowed = [expected.get(name), outputsBefore.get(name)];
      if (allowed.some((whole) => whole && Buffer.compare(whole, bytes) === 0)) return [];
      return [`left "${name}" with ${bytes.byteLength} bytes, which is not a complete output`];
    }),
    ...[...outputsBefore.keys()].flatMap((name) =>
      outputs.has(name) ? [] : [`removed the older output "${name}"`],
    ),
    ...(isDeepStrictEqual(sources, sourcesBefore) ? [] : ['changed its sources']),
    ...(exitCode === 1 ? [] : [`ended with exit code ${exitCode} instead of 1`]),
    ...(/\bdisk\b/.test(output) ? [] : [`does not name the disk: ${output.slice(0, 300)}`]),
    ...(containsStackTrace(output) ? ['shows a stack trace'] : []),
  ];
  return reasons.map((reason) => ({ key: 'convert on a full disk', reason }));
}

/** Users never see a stack trace. */
export function containsStackTrace(output: string): boolean {
  return /^ {4}at |^Node\.js v\d/m.test(output);
}

async function makeSources(salt: number): Promise<Files> {
  const numbers = Array.from({ length: images }, (_, i) => i);
  return new Map(
    await Promise.all(
      numbers.map(async (i): Promise<[string, Uint8Array]> => {
        const size = { width: 160 + 40 * i, height: 120 + 30 * i };
        return [`photo ${i}.jpg`, await photoLikeJpeg({ seed: salt + i, ...size })];
      }),
    ),
  );
}

async function convertAll(sources: Files): Promise<Files> {
  return new Map(
    await Promise.all(
      [...sources].map(
        async ([name, bytes]): Promise<[string, Uint8Array]> => [
          name.replace('.jpg', '.png'),
          (await toGrayscale(bytes)).bytes,
        ],
      ),
    ),
  );
}

const pageBytes = 4_096;

/** A tmpfs counts whole pages. */
function openDiskFor(sources: Uint8Array[], outputs: number[], older: number) {
  const pages = [...sources.map(({ byteLength }) => byteLength), ...outputs].reduce(
    (sum, bytes) => sum + Math.ceil(bytes / pageBytes),
    older,
  );
  return openSmallDisk(pages * pageBytes);
}

async function makeFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'grayscale-disk-'));
  return { folder, close: () => rm(folder, { recursive: true }) };
}

/** The shell counts in blocks of 512 bytes. */
async function runWithLimit(args: string[], limitBytes: number | undefined) {
  const limit = limitBytes === undefined ? 'unlimited' : String(Math.ceil(limitBytes / 512));
  const program = new URL('../../../bin/grayscale.js', import.meta.url).pathname;
  const command = ['-c', `ulimit -f ${limit} && exec "$@"`, 'sh', process.execPath, program];
  return await new Promise<{ exitCode: number | null; output: string }>((resolve) => {
    const env = { PATH: process.env.PATH };
    const child = execFile('sh', [...command, ...args], { env }, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode, output: stdout + stderr }),
    );
  });
}

async function writeAll(folder: string, files: Files): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await writeFile(join(folder, name), bytes);
}

async function readAll(folder: string): Promise<Files> {
  const names = await readdir(folder).catch(() => []);
  return new Map(
    await Promise.all(
      names.map(
        async (name): Promise<[string, Uint8Array]> => [name, await readFile(join(folder, name))],
      ),
    ),
  );
}
