import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/sandbox/port.ts';
import { startCli } from '../../testing/cli.ts';

/** `grayscale serve`, started as by a user. */
export interface Server {
  url: string;
  process: ChildProcess;
  /** Its standard output and error. */
  log: { bytes: number; end: string };
}

export async function startServer(env: Record<string, string>): Promise<Server> {
  const port = await freePort(0, 'the port of the server');
  const child = startCli(['serve', '--port', String(port)], { env });
  const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!String(first).includes('listening')) throw new Error(`The server did not start: ${first}`);
  const log = { bytes: 0, end: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      log.bytes += data.byteLength;
      log.end = (log.end + data).slice(-2_000);
    });
  }
  return { url: `http://127.0.0.1:${port}`, process: child, log };
}

/** Lets it finish its running requests. */
export async function stopServer({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
