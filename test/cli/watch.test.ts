import { spawnSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { resultOf, runCli, startCli } from '../../testing/cli.ts';
import { photoLikePng } from '../../testing/images.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watch-'));
  await mkdir(join(folder, 'in'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const file = (...path: string[]) => join(folder, ...path);

test('--watch converts new and changed files once they are complete, until Ctrl-C', async () => {
  const image = photoLikePng();
  await mkdir(file('out'));
  await writeFile(file('out/kept.png'), 'precious');
  await writeFile(file('in/kept.png'), image);
  const child = startCli(['convert', '--watch', 'in', '--out', 'out'], { cwd: folder });
  const result = resultOf(child);
  let stdout = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  const until = (line: RegExp) => vi.waitFor(() => expect(stdout).toMatch(line), 15_000);
  await until(/^skipped {4}in\/kept\.png/m);
  await writeFile(file('in/new.png'), image.subarray(0, 100));
  await appendFile(file('in/new.png'), image.subarray(100));
  await until(/^converted {2}in\/new\.png/m);
  const before = await readFile(file('out/new.png'));
  await writeFile(file('in/new.png'), photoLikePng({ seed: 2 }));
  await until(/^converted {2}in\/new\.png[\s\S]*^converted {2}in\/new\.png/m);
  child.kill('SIGINT');
  const { exitCode, stderr } = await result;
  expect([exitCode, stderr]).toEqual([
    0,
    'Watching for new and changed files. Press Ctrl-C to stop.\n',
  ]);
  expect(await readFile(file('out/new.png'))).not.toEqual(before);
  expect(await readFile(file('out/kept.png'), 'utf8')).toBe('precious');
  expect(stdout).toMatch(/^2 converted, 1 skipped, 0 failed in /m);
}, 40_000);

test.each([
  [['--watch', 'in', '--out', 'in'], 'Expected --out to be another folder than the watched'],
  [['--watch', 'in/new.png'], 'is not a folder'],
  [['in', '--out', '-'], 'Expected one file with --out -'],
  [['in/new.png', '--out', '-', '--json'], 'together with --json'],
])('rejects %j', async (args, message) => {
  const { exitCode, stderr } = await runCli(['convert', ...args], { cwd: folder });
  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)]);
});

test('--dry-run writes nothing, --quiet prints nothing, --out - is standard output', async () => {
  const run = (...args: string[]) => runCli(['convert', ...args], { cwd: folder });
  const planned = await run('in', '--out', 'planned', '--dry-run', '--format', 'jpg');
  expect(planned.stdout.toString()).toBe(
    `planned    in/kept.png -> planned/kept.jpg\nplanned    in/new.png -> planned/new.jpg\n2 to convert, 0 skipped, 0 failed; nothing was written\n`,
  );
  expect(await readdir(folder)).not.toContain('planned');
  const quiet = await run('in', '--out', 'quiet', '--quiet');
  expect([quiet.exitCode, `${quiet.stdout}`, quiet.stderr]).toEqual([0, '', '']);
  const { stdout } = await run('in/kept.png', '--out', '-');
  expect(stdout).toEqual(await readFile(file('quiet/kept.png')));
});

test.runIf(process.platform === 'linux')('converts files whose names are not UTF-8', async () => {
  const name = Buffer.from('caf\xe9.png', 'latin1');
  await mkdir(file('latin'));
  await writeFile(Buffer.concat([Buffer.from(`${file('latin')}/`), name]), photoLikePng());
  const found = await runCli(['convert', 'latin', '--out', 'gray'], { cwd: folder });
  expect(found.stdout.toString()).toContain('latin/caf\\xe9.png -> gray/caf\\xe9.png');
  expect(await readdir(file('gray'), { encoding: 'buffer' })).toEqual([name]);
  const command = `'${process.execPath}' '${join(import.meta.dirname, '../../bin/grayscale.js')}'`;
  const named = spawnSync('sh', ['-c', `${command} convert latin/* --out named`], { cwd: folder });
  expect(named.stdout.toString()).toContain('named/caf\\xe9.png');
});
