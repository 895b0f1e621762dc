// Gray JPEGs without loss, compared with `jpegtran -grayscale -optimize` of libjpeg-turbo, which must be
// installed: CPU time, bytes, memory, and whether the coefficients are equal.
// npm run bench:lossless               a generated photo of 12 megapixels
// npm run bench:lossless -- a.jpg ...  your own files
import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { openImage } from '../../src/convert/index.ts';
import { readPlainJpeg } from '../../testing/plain-jpeg.ts';
import { drawPhoto } from '../conversions/draw.ts';
import { jpeg, progressiveJpeg } from '../conversions/encode.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '7' } },
});
const rounds = Number(values.rounds);

for (const [name, bytes] of await inputs()) await compare(name, bytes);

async function inputs(): Promise<[name: string, bytes: Buffer][]> {
  if (positionals.length > 0) {
    return await Promise.all(
      positionals.map(
        async (file): Promise<[string, Buffer]> => [basename(file), await readFile(file)],
      ),
    );
  }
  const draw = async () => await drawPhoto('day', 12);
  return [
    ['large.jpg', await jpeg(await draw())],
    ['large-progressive.jpg', await progressiveJpeg(await draw())],
  ];
}

async function compare(name: string, bytes: Buffer): Promise<void> {
  const ours = { cpuMs: [] as number[], bytes: new Uint8Array(), memoryMb: 0 };
  const theirs = { cpuMs: [] as number[], bytes: Buffer.alloc(0) };
  let megapixels = 0;
  for (let round = 0; round < rounds; round++) {
    const before = cpuMs(process.cpuUsage());
    const image = await openImage(bytes, { format: 'jpeg', lossless: true });
    ours.bytes = (await image.convert()).bytes;
    image.close();
    ours.cpuMs.push(cpuMs(process.cpuUsage()) - before);
    ours.memoryMb = image.memoryBytes / 1e6;
    megapixels = (image.header.width * image.header.height) / 1e6;
    const program = runJpegtran(bytes);
    theirs.bytes = program.bytes;
    theirs.cpuMs.push(program.cpuMs);
  }
  const isEqual = coefficientsOf(ours.bytes) === coefficientsOf(theirs.bytes);
  const perMegapixel = (values: number[]) => (Math.min(...values) / megapixels).toFixed(1);
  console.log(
    `${name}: ${megapixels.toFixed(1)} megapixels, ms of CPU per megapixel ${perMegapixel(ours.cpuMs)}, ` +
      `jpegtran ${perMegapixel(theirs.cpuMs)}; bytes ${(ours.bytes.length / theirs.bytes.length).toFixed(4)} of jpegtran's, ` +
      `${(ours.bytes.length / bytes.length).toFixed(3)} of the source's; memory ${ours.memoryMb.toFixed(0)} MB, ` +
      `file ${(bytes.length / 1e6).toFixed(1)} MB; coefficients ${isEqual ? 'equal' : 'DIFFERENT'}`,
  );
  if (!isEqual) process.exitCode = 1;
}

interface ProgramResult {
  bytes: Buffer<ArrayBuffer>;
  cpuMs: number;
}

/** The shell reports its children’s times in its last line: minutes and seconds, of the user and of the system. */
function runJpegtran(input: Buffer): ProgramResult {
  const script = 'jpegtran -grayscale -optimize -copy none && times >&2';
  const { stdout, stderr, status } = spawnSync('sh', ['-c', script], { input, maxBuffer: 2 ** 30 });
  if (status !== 0) {
    throw new Error(`Expected jpegtran (package libjpeg-turbo-progs) to succeed: ${stderr}`);
  }
  const last = String(stderr).trim().split('\n').at(-1) ?? '';
  const parts = [...last.matchAll(/(\d+)m([\d.]+)s/g)];
  const seconds = parts.reduce(
    (sum, [, minutes, rest]) => sum + Number(minutes) * 60 + Number(rest),
    0,
  );
  return { bytes: stdout, cpuMs: seconds * 1_000 };
}

function cpuMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

function coefficientsOf(bytes: Uint8Array): string {
  const [luma] = readPlainJpeg(bytes).components;
  return JSON.stringify([luma?.quantizer, luma?.blocks]);
}
