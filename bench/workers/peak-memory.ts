import { readFile } from 'node:fs/promises';

/**
 * The most memory that a process had at once, in MiB; undefined where there is no /proc. What
 * getrusage counts would be wrong here: a child begins with the peak of the process that started it.
 */
export async function peakMbOf(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+)/.exec(status)?.[1];
  return kilobytes === undefined ? undefined : Math.round(Number(kilobytes) / 1024);
}
