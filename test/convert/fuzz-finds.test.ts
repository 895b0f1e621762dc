// Faults that `npm run fuzz` found stay fixed. CONTRIBUTING.md says how a find is added.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createCaseRunner } from '../fuzz/case-runner.ts';
import type { KeptFind } from '../fuzz/find.ts';

// The first case waits for a process to start.
vi.setConfig({ testTimeout: 120_000 });

const folder = join(import.meta.dirname, 'fuzz-finds');
const runner = createCaseRunner({
  childPath: join(import.meta.dirname, '../fuzz/child.ts'),
  hangMs: 10_000,
  maxResidentBytes: 1.25 * 2 ** 30,
});
afterAll(() => runner.restart());

test.each(readdirSync(folder))('%s stays fixed', async (name) => {
  const { base64, recipe, limits }: KeptFind = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const bytes = Buffer.from(base64, 'base64');
  expect(bytes.length).toBeGreaterThan(0);
  const { outcome, fault } = await runner.run({
    ...{ bytes, recipe, limits, isRepeated: true, isCompared: true },
  });
  expect(fault).toBeUndefined();
  expect(outcome).toMatch(/^(converted|[A-Z_]+)$/);
});
