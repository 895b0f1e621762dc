// What all supervised processes have in common. Converters, the sandbox and the fuzzer have their
// own tests.
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import {
  askChild,
  ChildEndedError,
  type Supervisor,
  superviseChild,
} from '../../src/isolation/supervise-child.ts';

let folder: string;
let module: string;
let supervisor: Supervisor;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supervised-'));
  module = join(folder, 'child.mjs');
  await writeFile(
    module,
    `process.on('disconnect', () => process.exit());
    if (process.argv[2] === 'stubborn') process.on('SIGTERM', () => {});
    process.on('message', ({ exit, echo }) => {
      if (exit !== undefined) process.exit(exit);
      process.send(echo);
    });
    if (process.argv[2] !== 'silent') process.send('ready');`,
  );
});
afterEach(() => supervisor.end());
afterAll(() => rm(folder, { recursive: true, force: true }));

function supervise(...args: string[]): Supervisor {
  supervisor = superviseChild({ module, args });
  return supervisor;
}

const receive = (message: unknown) => message;

test('a child answers message after message, and is replaced after it ends', async () => {
  const { child } = supervise();
  const first = await child();
  expect(await askChild(first, { echo: 1 }, { receive })).toBe(1);
  expect(await askChild(first, { echo: 2 }, { receive })).toBe(2);
  expect(await child()).toBe(first);

  const death = askChild(first, { exit: 7 }, { receive });
  await expect(death).rejects.toEqual(new ChildEndedError('exit code 7', false));
  await expect(askChild(first, { echo: 3 }, { receive })).rejects.toThrow('exit code 7');
  const second = await child();
  expect(second.pid).not.toBe(first.pid);
  expect(await askChild(second, { echo: 4 }, { receive })).toBe(4);
});

test('a child that does not become ready is killed when the signal is aborted', async () => {
  const { child } = supervise('silent');
  const abort = new AbortController();
  const started = child(abort.signal);
  const process = supervisor.current;
  abort.abort(new Error('enough'));
  await expect(started).rejects.toThrow('enough');
  await supervisor.end();
  expect(process?.signalCode).toBe('SIGKILL');
});

test('a child whose reply is unreadable is killed', async () => {
  const process = await supervise().child();
  const asked = askChild(process, { echo: 1 }, { receive: () => JSON.parse('no JSON') });
  await expect(asked).rejects.toThrow('it sent a malformed reply');
  expect((await supervisor.child()).pid).not.toBe(process.pid);
});

test.each([
  ['and obeys', [], 'SIGTERM'],
  ['and does not', ['stubborn'], 'SIGKILL'],
])('a child that is asked to stop %s ends after the grace period', async (_, args, signal) => {
  const process = await supervise(...args).child();
  await supervisor.end(300);
  expect(process.signalCode).toBe(signal);
  expect(supervisor.current).toBeUndefined();
});

test('a child that is kept alive is replaced each time it dies, until it is ended', async () => {
  const deaths: unknown[] = [];
  const first = await supervise().child();
  supervisor.keepAlive(10, ({ exitCode, signalCode }) => deaths.push(signalCode ?? exitCode));
  first.kill('SIGKILL');
  await vi.waitFor(() => expect(supervisor.current?.pid).not.toBe(first.pid), 10_000);
  const second = await supervisor.child();
  second.send({ exit: 5 });
  await once(second, 'exit');
  await vi.waitFor(() => expect(deaths).toEqual(['SIGKILL', 5]), 10_000);
  await supervisor.end();
  expect(deaths).toHaveLength(2);
  expect(supervisor.current).toBeUndefined();
});
