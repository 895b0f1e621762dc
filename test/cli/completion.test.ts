import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { runCli } from '../../testing/cli.ts';

const hasShell = (shell: string) => spawnSync(shell, ['--version']).status === 0;
const cases: [string, string[]][] = [
  ['grayscale conv', ['convert']],
  ['grayscale convert --format we', ['webp']],
  ['grayscale convert --out x -m lum', ['luminance']],
  ['grayscale convert --overw', ['--overwrite']],
  ['grayscale queue re', ['redrive']],
  ['grayscale completion fi', ['fish']],
];
const scriptFor = async (shell: string) => (await runCli(['completion', shell])).stdout.toString();

for (const shell of ['bash', 'zsh', 'fish']) {
  if (!hasShell(shell)) console.warn(`Skipped: the completion for ${shell} needs ${shell}.`);
}

test.runIf(hasShell('bash'))('bash completes commands, options and values', async () => {
  const script = await scriptFor('bash');
  for (const [line, expected] of cases) {
    const words = line.split(' ');
    const call = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _grayscale; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', `${script}\n${call}`]);
    expect([line, stdout.toString().trim().split(' '), `${stderr}`]).toEqual([line, expected, '']);
  }
});

test.runIf(hasShell('fish'))('fish completes commands, options and values', async () => {
  const script = await scriptFor('fish');
  for (const [line, expected] of cases) {
    const { stdout } = spawnSync('fish', ['-N', '-c', `${script}\ncomplete -C "${line}"`]);
    const found = stdout.toString().trim().split('\n');
    expect([line, found.map((one) => one.split('\t')[0])]).toEqual([line, expected]);
  }
});

test.runIf(hasShell('zsh'))('zsh accepts its script', async () => {
  const script = await scriptFor('zsh');
  const setup = 'autoload -U compinit; compinit -D -u';
  const call = 'print -r -- "$_comps[grayscale]"';
  const run = spawnSync('zsh', ['-fc', `${setup}\n${script}\n${call}`]);
  expect([`${run.stdout}`, `${run.stderr}`]).toEqual(['_grayscale\n', '']);
});

describe('an unknown shell', () => {
  test('is rejected with the known ones', async () => {
    const { exitCode, stderr } = await runCli(['completion', 'tcsh']);
    expect([exitCode, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
  });
});
