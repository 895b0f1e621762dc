import { mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JobResult } from '../../src/cli/convert-files.ts';
import { runCli } from '../../testing/cli.ts';
import { tinyPng } from '../../testing/pipeline.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grayscale-sources-'));
  await mkdir(file('in/sub'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const file = (...path: string[]) => join(folder, ...path);

/** Every image is a PNG regardless of its name, because names are not checked. */
async function makeImages(...paths: string[]) {
  const image = await tinyPng(200, 100, 50);
  for (const path of paths) await writeFile(file(path), image);
}

async function convert(...args: string[]) {
  const { exitCode, stdout } = await runCli(['convert', ...args, '--json'], { cwd: folder });
  const { results } = JSON.parse(stdout.toString()) as { results: JobResult[] };
  const outcomes = results.map((result) => [
    result.input.slice(folder.length + 1),
    result.status === 'failed' ? result.code : result.status,
  ]);
  return { exitCode, results, outcomes: Object.fromEntries(outcomes) };
}

describe('inputs that are the same file', () => {
  test.each([
    ['by itself and within its folder', ['in', 'in/a.png'], ['a.png']],
    ['twice', ['in/a.png', './in/../in/a.png'], ['a.png']],
    ['within two folders', ['in', 'in/sub', '-r'], ['a.png', 'sub']],
  ])('are converted once when named %s', async (_, inputs, outputs) => {
    await makeImages('in/a.png', 'in/sub/b.png');
    const { exitCode, results } = await convert(...inputs, '--out', 'out');
    expect([exitCode, new Set(results.map(({ input }) => input)).size]).toEqual([
      0,
      results.length,
    ]);
    expect((await readdir(file('out'))).sort()).toEqual(outputs);
  });

  test('may be given an output name', async () => {
    await makeImages('in/a.png');
    await convert('in/a.png', 'in/a.png', '--out', 'gray.png');
    expect((await readdir(folder)).sort()).toEqual(['gray.png', 'in']);
  });

  test('must be an image if they are named explicitly', async () => {
    await writeFile(file('in/notes.txt'), 'not an image');
    const { outcomes } = await convert('in', 'in/notes.txt', '--out', 'out');
    expect(outcomes).toEqual({ 'in/notes.txt': 'UNSUPPORTED_FORMAT' });
  });
});

describe('inputs that would get the same output', () => {
  test('fail, and all others are converted', async () => {
    await makeImages('in/a.jpg', 'in/a.png', 'in/a.jpg.png', 'in/b.png');
    const { exitCode, outcomes, results } = await convert('in', '--out', 'out');
    expect(exitCode).toBe(1);
    expect(outcomes).toEqual({
      'in/a.jpg': 'NAME_TAKEN',
      'in/a.jpg.png': 'NAME_TAKEN',
      'in/a.png': 'converted',
      'in/b.png': 'converted',
    });
    expect(results.find(({ status }) => status === 'failed')).toMatchObject({
      output: file('out/a.jpg.png'),
      message: expect.stringContaining(file('out/a.jpg.png')),
    });
    expect((await readdir(file('out'))).sort()).toEqual(['a.png.png', 'b.png']);
  });

  test('do not block new images when outputs are next to their inputs', async () => {
    await makeImages('in/a.jpg');
    await convert('in', '--out', 'in');
    await convert('in', '--out', 'in');
    await makeImages('in/new.jpg');
    expect((await convert('in', '--out', 'in')).outcomes).toMatchObject({
      'in/a.jpg': 'NAME_TAKEN',
      'in/new.jpg': 'converted',
    });
  });
});

describe('a folder', () => {
  test('is read without entries that are not regular files', async () => {
    await makeImages('in/a.png');
    await symlink(file('in/a.png'), file('in/link.png'));
    await symlink('/dev/null', file('in/null.png'));
    const { exitCode, outcomes } = await convert('in', '--out', 'out');
    expect(outcomes).toEqual({ 'in/a.png': 'converted', 'in/link.png': 'converted' });
    expect(exitCode).toBe(0);
  });

  test('that is unreadable counts as one failure, and all others are converted', async () => {
    await makeImages('in/a.png', 'in/sub/b.png');
    const removeAgain = await makeUnreadableFolder('in/deep');
    const { exitCode, outcomes } = await convert('in', '--out', 'out', '--recursive').finally(
      removeAgain,
    );
    expect(exitCode).toBe(1);
    const [[path, code] = [], ...others] = Object.entries(outcomes).filter(
      ([, is]) => is !== 'converted',
    );
    expect([path?.slice(0, 8), code, others]).toEqual(['in/deep/', 'FILE_SYSTEM', []]);
    expect(outcomes).toMatchObject({ 'in/a.png': 'converted', 'in/sub/b.png': 'converted' });
  });
});

/**
 * Not even root can read a folder whose path is too long. It is created by moving one half into the
 * other.
 */
async function makeUnreadableFolder(path: string): Promise<() => Promise<void>> {
  const half = (process.platform === 'linux' ? 4_096 : 1_024) * 0.6;
  const deep = Array.from({ length: half / 100 }, () => 'd'.repeat(99)).join('/');
  await mkdir(file(path, deep), { recursive: true });
  await mkdir(file('lower', deep), { recursive: true });
  await rename(file('lower'), file(path, deep, 'lower'));
  return () => rename(file(path, deep, 'lower'), file('lower'));
}
