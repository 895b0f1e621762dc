import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';

const kinds = [
  'kill a worker',
  'kill a PostgreSQL backend',
  'cut statements to PostgreSQL',
  'S3 stalls in mid-body',
  'idle and half-sent requests',
  'flood of HEAD requests',
  'event bombs',
];

test('a short soak keeps every promise', async () => {
  const { exitCode, output } = await runSoak('--images', '48', '--seed', '1126');
  expect(output).toContain('All promises were kept.');
  for (const kind of kinds) expect(output).toMatch(new RegExp(`^ +1  ${kind}$`, 'm'));
  expect(output).toContain('to repeat: npm run soak -- --images 48 --seed 1126 --pace 120');
  expect(exitCode).toBe(0);
}, 300_000);

test('invalid arguments are reported', async () => {
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
      ['test/soak/command.ts', ...args],
      (_, stdout, stderr) => resolve({ exitCode: child.exitCode ?? 1, output: stdout + stderr }),
    );
  });
}
