import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { inputFormats } from '../../src/convert/formats/input-formats.ts';

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a short run finds nothing, in any format', async () => {
  const { exitCode, output } = await runFuzz('--seed', '1', '--cases', '450', '--seconds', '100');
  expect(output).toContain(`450 cases of ${Object.keys(inputFormats).length} formats in`);
  expect(output).toMatch(/^0 found$/m);
  expect(exitCode).toBe(0);
  expect(await readdir(folder)).toEqual([]);
});

test('a run ends when its time is over', async () => {
  const { exitCode, output } = await runFuzz('--seed', '2', '--seconds', '1');
  expect(output).toMatch(/cases of \d+ formats in [1-9]/);
  expect(exitCode).toBe(0);
});

test('a single case can be repeated', async () => {
  const { exitCode, output } = await runFuzz('--seed', '1', '--only', '77');
  expect(output).toContain('1 cases of 1 formats in');
  expect(exitCode).toBe(0);
});

test.each([
  [
    ['--seconds', 'many'],
    'Expected a whole number below a thousand million for --seconds but received many',
  ],
  [['--sedes', '3'], "Unknown option '--sedes'"],
])('%j fails with a message about the expected value', async (args, message) => {
  const { exitCode, output } = await runFuzz(...args);
  expect(output).toContain(message);
  expect(output).toContain('--seed N');
  expect(output).not.toContain('    at ');
  expect(exitCode).toBe(2);
});

function runFuzz(...args: string[]): Promise<{ exitCode: unknown; output: string }> {
  const command = join(import.meta.dirname, './command.ts');
  return new Promise((resolve) => {
    execFile(process.execPath, [command, '--keep', folder, ...args], (error, stdout, stderr) =>
      resolve({ exitCode: error ? error.code : 0, output: stdout + stderr }),
    );
  });
}
