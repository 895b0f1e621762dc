import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Resident memory of this process or of another one. Undefined if the system does not report it, or
 * the process has exited.
 */
export function residentBytes(pid: number | 'self'): number | undefined {
  return statusOf(pid, 'VmRSS') ?? (pid === 'self' ? process.memoryUsage.rss() : undefined);
}

/**
 * The peak since the last reset. Undefined like `residentBytes`. The maximum of getrusage is not
 * equivalent: a child process starts with the maximum of its parent.
 */
export function peakBytes(pid: number): number | undefined {
  return statusOf(pid, 'VmHWM');
}

/**
 * How much this process grows while something runs. Linux reports the peak since the last reset.
 * Elsewhere it is the peak of the whole life of the process, so only growth beyond that is seen.
 */
export function startMemoryWatch(): () => number {
  resetPeak();
  const before = Math.max(residentBytes('self') ?? 0, canResetPeak ? 0 : maxRssBytes());
  return () =>
    Math.max(0, (canResetPeak ? (statusOf('self', 'VmHWM') ?? 0) : maxRssBytes()) - before);
}

const canResetPeak = resetPeak();

/** https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
export function resetPeak(pid: number | 'self' = 'self'): boolean {
  if (process.platform !== 'linux') return false;
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    // A container may not permit it.
    return false;
  }
}

function statusOf(pid: number | 'self', name: 'VmRSS' | 'VmHWM'): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const line = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(
      readFileSync(`/proc/${pid}/status`, 'utf8'),
    );
    return line ? Number(line[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}

function maxRssBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
