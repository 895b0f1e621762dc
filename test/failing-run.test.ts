// If a run succeeded although a test failed, all other tests would be worthless.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** A project with this one’s setup and a single test. */
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failing-run-'));
  await mkdir(join(folder, 'test'));
  for (const file of ['package.json', 'vitest.config.ts']) {
    await cp(join(root, file), join(folder, file));
  }
  for (const name of ['node_modules', 'src', 'testing', 'tools']) {
    await symlink(join(root, name), join(folder, name), 'junction');
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['a test that fails', 1, 1],
  ['tests that pass', 2, 0],
])('a run with %s reports it in its exit code', async (_, value, expected) => {
  await writeFile(
    join(folder, 'test/only.test.ts'),
    `import { expect, test } from 'vitest';
     test('the only one', () => expect(${value}).toBe(2));`,
  );
  const { exitCode, output } = await runTests();
  expect(output).toMatch(expected === 0 ? /Tests +1 passed/ : /Tests +1 failed/);
  expect(exitCode).toBe(expected);
});

function runTests(): Promise<{ exitCode: unknown; output: string }> {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const options = { cwd: folder, env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined } };
  return new Promise((resolve) => {
    execFile(process.execPath, [vitest, 'run'], options, (error, stdout, stderr) =>
      resolve({ exitCode: error ? error.code : 0, output: stdout + stderr }),
    );
  });
}
