// PostgreSQL ends connections in the middle of statements: processes survive, and lose nothing.
import { expect, test } from 'vitest';
import { killBackends } from './kill-backends.ts';
import { victimKinds } from './victims.ts';

test.each(victimKinds)(
  '%s survives backends that are killed under load',
  async (victim) => {
    const report = await killBackends({ victim, kills: 16, seed: 1 });
    expect(report.problems).toEqual([]);
    expect(report.kills.terminated + report.kills.sigkill).toBe(16);
    expect(report.kills.sigkill).toBeGreaterThan(0);
    expect(report.midStatement).toBeGreaterThan(0);
  },
  120_000,
);
