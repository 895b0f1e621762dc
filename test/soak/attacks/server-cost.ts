import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { peakBytes, resetPeak, residentBytes } from '../../../testing/peak-memory.ts';
import type { Server } from '../server.ts';

/** The resources that the server used during an attack. */
export interface ServerCost {
  /**
   * The maximum processor time that the server used between a request to `/healthz` and its answer. Unlike
   * the elapsed time, it does not depend on other load of the machine.
   */
  maxHealthCpuMs: number;
  logBytes: number;
  /** The growth of its memory at the peak; 0 if the system does not report it. */
  memoryGrowthBytes: number;
}

const intervalMs = 50;

export async function measureCost(
  { url, process: child, log }: Server,
  work: () => Promise<unknown>,
): Promise<ServerCost> {
  const pid = child.pid ?? 0;
  const before = { log: log.bytes, resident: startPeak(pid) };
  const working = { isDone: false };
  let maxHealthCpuMs = 0;

  async function probe(): Promise<void> {
    const startedAt = processorMs(pid);
    // The probe that always runs checks whether and what it answers.
    await fetch(`${url}/healthz`).catch(() => {});
    maxHealthCpuMs = Math.max(maxHealthCpuMs, processorMs(pid) - startedAt);
  }

  const probing = (async () => {
    while (!working.isDone) {
      await probe();
      await sleep(intervalMs);
    }
  })();
  try {
    await work();
  } finally {
    working.isDone = true;
    await probing;
  }
  const memoryGrowthBytes = Math.max(0, (peakBytes(pid) ?? 0) - before.resident);
  return { maxHealthCpuMs, logBytes: log.bytes - before.log, memoryGrowthBytes };
}

/** Resident memory now, at which the peak is reset; infinite if it cannot be measured. */
function startPeak(pid: number): number {
  return (resetPeak(pid) ? residentBytes(pid) : undefined) ?? Number.POSITIVE_INFINITY;
}

/** Linux counts in hundredths of a second: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function processorMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
