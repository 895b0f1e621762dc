import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

export interface CliResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

/** Runs `grayscale` as a user does, from the sources. */
export async function runCli(
  args: string[],
  { input, env = {}, cwd }: { input?: Uint8Array; env?: Record<string, string>; cwd?: string } = {},
): Promise<CliResult> {
  const program = new URL('../../bin/grayscale.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => {}); // the program may end before it has read everything
  child.stdin.end(input);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, stdout, stderr: stderr.toString() };
}
