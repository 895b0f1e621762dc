// What a person sees in a terminal of 60 columns. `script` of util-linux provides the terminal.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCli } from '../../testing/cli.ts';
import { photoLikePng } from '../../testing/images.ts';

const program = new URL('../../bin/grayscale.js', import.meta.url).pathname;
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false;
if (!hasScript) console.warn('Skipped: the tests in a terminal need `script` of util-linux.');

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'terminal-'));
  await mkdir(join(folder, 'photos'));
  const image = photoLikePng();
  for (let index = 0; index < 8; index++)
    await writeFile(join(folder, 'photos', `${index}.png`), image);
  await writeFile(join(folder, 'photos', 'e\u001b[2J.png'), '');
  await writeFile(join(folder, 'photos', 'notes.txt'), 'text');
  await symlink('nowhere', join(folder, 'photos', 'broken.jpg'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a command in a terminal, and returns its raw output. */
async function runInTerminal(command: string, onOutput?: (kill: () => void) => void) {
  const line = `stty cols 60 rows 40; exec '${process.execPath}' '${program}' ${command}`;
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, SHELL: '/bin/sh' },
  });
  if (onOutput) child.stdout.once('data', () => onOutput(() => child.stdin.write('\u0003')));
  const [output, [exitCode]] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return { output, exitCode, lines: screenOf(output) };
}

/** The lines that remain visible: clearing a line removes what was on it. */
function screenOf(output: string): string[] {
  return output.split(/\r?\n/).map((line) => line.split('\r\u001b[K').at(-1) ?? '');
}

describe.runIf(hasScript)('grayscale convert in a terminal', () => {
  test('shows progress, every failure, and what was skipped', async () => {
    const { output, lines, exitCode } = await runInTerminal('convert photos --out gray');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/\[\.+\] 0% {2}0 of 11/);
    expect(lines.slice(0, -2).toSorted()).toEqual([
      'failed     photos/broken.jpg: NOT_FOUND: The link points to "nowhere", which does not exist.',
      'failed     photos/e\\x1b[2J.png: EMPTY_OBJECT: Expected an image but received 0 bytes.',
      'skipped: not an image: photos/notes.txt',
    ]);
    expect(lines.at(-2)).toMatch(/^8 converted, 1 skipped, 2 failed in [\d.]+ s: .* images\/s, /);
    expect(output.replaceAll('\r\u001b[K', '')).not.toContain('\u001b');
  });

  test('counts what was not done after Ctrl-C', async () => {
    const { lines } = await runInTerminal('convert photos --out stopped --concurrency 1', (kill) =>
      kill(),
    );
    expect(lines.join('\n')).toMatch(
      /Stopping after the images in progress\. Press Ctrl-C again to end immediately\.\n/,
    );
    expect(lines.join('\n')).toMatch(/\nstopped: \d+ not converted; the next is photos\/\d\.png\n/);
  });
});

test.each(['convert', 'backfill', 'verify', 'migrate'])(
  'the help of %s fits into 80 columns',
  async (command) => {
    const { stdout } = await runCli([command, '--help']);
    const lines = stdout.toString().split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  },
);

test.runIf(hasScript)('the help of convert fits into 60 columns', async () => {
  const { lines } = await runInTerminal('convert --help');
  expect(lines.filter((line) => line.length > 60)).toEqual([]);
  expect(lines).toContain('  --concurrency <number>');
});
