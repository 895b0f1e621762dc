import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { RunningImage } from './engine.ts';

/** Runs a command to its end; shows its output, and throws if it fails. */
export function runCommand(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): void {
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.slice(0, 2).join(' ')} failed (${status}).`);
}

/** The standard output of a command; throws if it fails. */
export function outputOf(
  command: string,
  args: string[],
  env: Record<string, string> = {},
): string {
  const { status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed: ${stderr}`);
  return stdout.trim();
}

/** Starts a command whose child process is the image’s program. */
export function startCommand(command: string, args: string[]): RunningImage {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const exited = once(child, 'exit');
  return {
    stop: () => void child.kill('SIGTERM'),
    async ended(expected) {
      const [code, signal] = await exited;
      if (code === expected) return;
      throw new Error(`Exited with ${signal ?? code}: ${(await output).join('\n')}`);
    },
  };
}
