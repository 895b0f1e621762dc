import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';

export interface CliResult {
  exitCode: number;
  stdout: Buffer;
  stderr: string;
}

interface CliOptions {
  env?: Record<string, string>;
  cwd?: string;
}

/** Runs `grayscale` as a user does, from the sources. */
export async function runCli(
  args: string[],
  { input, ...options }: CliOptions & { input?: Uint8Array } = {},
): Promise<CliResult> {
  const child = startCli(args, options);
  child.stdin.end(input);
  return await resultOf(child);
}

/** Starts it, and keeps its standard input open. */
export function startCli(
  args: string[],
  { env = {}, cwd }: CliOptions = {},
): ChildProcessWithoutNullStreams {
  const program = new URL('../bin/grayscale.js', import.meta.url).pathname;
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, ...env },
  });
  child.stdin.on('error', () => {}); // The program may exit before it has read everything.
  return child;
}

export async function resultOf(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const [stdout, stderr, [exitCode]] = await Promise.all([
    buffer(child.stdout),
    buffer(child.stderr),
    once(child, 'close'),
  ]);
  return { exitCode, stdout, stderr: stderr.toString() };
}
