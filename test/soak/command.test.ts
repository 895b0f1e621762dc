import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

test('a short soak keeps every promise', async () => {
  const { exitCode, output } = await runSoak('--images', '48', '--seed', '2');
  expect(output).toContain('The promise was kept.');
  expect(output).toMatch(/^ +1 {2}kill a worker$/m);
  expect(output).toContain('again: npm run soak -- --images 48 --seed 2 --pace 120');
  expect(exitCode).toBe(0);
}, 120_000);

test('says what is wrong with its arguments', async () => {
  const { exitCode, output } = await runSoak('--images', 'many');
  expect(output).toContain(
    'Expected a whole number below a thousand million for --images but received many',
  );
  expect(exitCode).toBe(2);
});

function runSoak(...args: string[]): Promise<{ exitCode: number; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      ['scripts/soak/command.ts', ...args],
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}
