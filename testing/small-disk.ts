import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A separate file system, in memory, that fills up quickly. */
export interface SmallDisk {
  /** Every process of this user may read and write there until it is closed. */
  folder: string;
  close(): Promise<void>;
}

/** The reason why this machine cannot create a small disk; undefined if it can. */
export async function smallDiskProblem(): Promise<string | undefined> {
  try {
    await (await openSmallDisk(4_096)).close();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Mounts a tmpfs in a user namespace, which needs no root rights if the kernel lets ordinary users
 * create namespaces. The mount is visible to others below `/proc/PID/root` and ends with its
 * process.
 */
export async function openSmallDisk(sizeBytes: number): Promise<SmallDisk> {
  const mountPoint = await mkdtemp(join(tmpdir(), 'grayscale-disk-'));
  const script = `mount -t tmpfs -o size=${sizeBytes} tmpfs "$0" && echo mounted && exec cat`;
  const holder = spawn('unshare', [
    '--user',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    script,
    mountPoint,
  ]);
  const close = async () => {
    await end(holder);
    await rmdir(mountPoint);
  };
  const problem = await mountProblem(holder);
  if (problem === undefined) return { folder: `/proc/${holder.pid}/root${mountPoint}`, close };
  await close();
  throw new Error(
    `Expected a user namespace with a separate file system but received: ${problem} On Linux, see sysctl kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns.`,
  );
}

/** Writes a file until there is no room left. */
export async function fillDisk(path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    for (;;) await file.write(Buffer.alloc(4_096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}

/** The reason why the file system could not be mounted; undefined if it was. */
async function mountProblem(holder: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  let stderr = '';
  holder.stderr.on('data', (data) => {
    stderr += data;
  });
  const ended = once(holder, 'close').then(
    () => stderr.trim() || 'unshare ended without a message.',
    // No such program, for example on macOS and Windows.
    (error: Error) => `${error.message}.`,
  );
  return await Promise.race([once(holder.stdout, 'data').then(() => undefined), ended]);
}

async function end(holder: ChildProcessWithoutNullStreams): Promise<void> {
  if (holder.pid === undefined || holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, 'close');
  holder.kill('SIGKILL');
  await ended;
}
