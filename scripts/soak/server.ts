import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { freePort } from '../../src/sandbox/port.ts';
import { startCli } from '../../test/support/cli.ts';

/** `grayscale serve`, as a user starts it. */
export interface Server {
  url: string;
  process: ChildProcess;
}

export async function startServer(env: Record<string, string>): Promise<Server> {
  const port = await freePort(0, 'the port of the server');
  const child = startCli(['serve', '--port', String(port)], { env });
  const [first] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  if (!String(first).includes('listening')) throw new Error(`The server did not start: ${first}`);
  // What nobody reads would fill the pipe.
  child.stdout.resume();
  child.stderr.resume();
  return { url: `http://127.0.0.1:${port}`, process: child };
}

/** Lets it finish what it has begun. */
export async function stopServer({ process: child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}
