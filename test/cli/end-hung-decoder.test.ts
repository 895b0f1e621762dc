import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const module = new URL('../../src/cli/end-hung-decoder.ts', import.meta.url).href;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hung-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function endOf(work: string): Promise<unknown[]> {
  const script = `
    const { endHungDecoder } = await import(${JSON.stringify(module)});
    const { readFile } = await import('node:fs');
    endHungDecoder();
    process.exitCode = 1;
    ${work}`;
  return await once(spawn(process.execPath, ['--input-type=module', '-e', script]), 'exit');
}

test('a program with native code that never returns still exits', async () => {
  // Reading a pipe without a writer blocks a thread as a hung decoder does.
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  expect(await endOf(`readFile(${JSON.stringify(pipe)}, () => {});`)).toEqual([null, 'SIGKILL']);
});

test('any other program exits by itself, with its own exit code', async () => {
  expect(await endOf('setTimeout(() => {}, 100);')).toEqual([1, null]);
});
