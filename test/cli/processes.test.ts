// Several images are converted in processes: what happens to them when something ends early.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { resultOf, runCli, startCli } from '../../testing/cli.ts';
import { photoLikeJpeg } from '../../testing/images.ts';
import { processesOf } from '../../testing/processes.ts';

const imageCount = 12;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grayscale-processes-'));
  const bytes = await photoLikeJpeg({ width: 2_000, height: 1_500 });
  for (let i = 0; i < imageCount; i++) await writeFile(join(folder, `${i}.jpg`), bytes);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const convertersOf = (pid: number | undefined) => processesOf('converter-process', pid);

describe('a conversion of many images', () => {
  test('loses none when a process is killed, and leaves no process behind', async () => {
    const out = join(folder, 'killed');
    const child = startCli(['convert', folder, '--out', out]);
    await once(child.stdout, 'data');
    const [converter = 0] = convertersOf(child.pid);
    process.kill(converter, 'SIGKILL');
    const { exitCode, stdout } = await resultOf(child);
    expect(stdout.toString()).toContain(`${imageCount} converted, 0 skipped, 0 failed`);
    expect(exitCode).toBe(0);
    expect(convertersOf(undefined)).not.toContain(converter);
  });

  test('ends its processes when the program is killed', async () => {
    const child = startCli(['convert', folder, '--out', join(folder, 'orphans')]);
    await once(child.stdout, 'data');
    const converters = convertersOf(child.pid);
    expect(converters.length).toBeGreaterThan(0);
    child.kill('SIGKILL');
    await vi.waitFor(() => {
      const left = convertersOf(undefined).filter((pid) => converters.includes(pid));
      expect(left).toEqual([]);
    }, 10_000);
  });

  test('finishes images in progress after Ctrl-C, which reaches the whole process group', async () => {
    const out = join(folder, 'interrupted');
    const program = new URL('../../bin/grayscale.js', import.meta.url).pathname;
    const args = [program, 'convert', folder, '--out', out, '--concurrency', '2'];
    const child = spawn(process.execPath, args, {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env.PATH },
    });
    child.stdout.once('data', () => process.kill(-(child.pid ?? 0), 'SIGINT'));
    const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    const converted = await readdir(out);
    expect(exitCode).toBe(1);
    expect(converted.length).toBeLessThan(imageCount);
    expect(stdout).toContain(`\n${converted.length} converted, 0 skipped, 0 failed`);
    expect(convertersOf(child.pid)).toEqual([]);
  });
});

test.each([
  ['one image', () => [join(folder, '0.jpg'), '--out', join(folder, 'late.png')]],
  ['several', () => [folder, '--out', join(folder, 'late')]],
])('%s may take up to MAX_CONVERSION_MS, and no longer', async (_, args) => {
  const env = { MAX_CONVERSION_MS: '5' };
  const { exitCode, stdout, stderr } = await runCli(['convert', ...args()], { env });
  expect(exitCode).toBe(1);
  expect(stderr + stdout).toMatch(/failed .*CONVERSION_TIMEOUT: Expected .* at most 5 ms/);
});
