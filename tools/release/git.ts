import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Runs git in a folder and returns what it prints. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd: folder });
  return stdout.trim();
}
