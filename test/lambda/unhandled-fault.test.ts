// The function's process, run as Lambda runs it, when an error is unhandled.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { startLambdaRuntime } from '../../testing/lambda-runtime.ts';

test('an unhandled error is logged, and then the runtime ends the process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fault-'));
  const source = pathToFileURL(join(import.meta.dirname, '../../src/lambda/start-handler.ts'));
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await writeFile(
    join(folder, 'index.js'),
    `export * from ${JSON.stringify(source.href)};
     process.on('SIGUSR2', () => { throw new Error('planted'); });`,
  );
  const runtime = await startLambdaRuntime({ folder, handler: 'index.handler', env: {} });
  // Refused without a database: the process is alive.
  await expect(runtime.invoke([])).rejects.toThrow('DB_HOST: expected the PostgreSQL host');
  process.kill(runtime.pid, 'SIGUSR2');
  await expect.poll(() => runtime.invoke([]).catch(({ message }) => message)).toMatch(/ended/);
  const line = runtime.log.find((written) => written.includes('"message":"internal error"'));
  expect(JSON.parse(line ?? '')).toMatchObject({ level: 'ERROR', reason: 'planted' });
  await runtime.stop();
  await rm(folder, { recursive: true, force: true });
}, 30_000);
