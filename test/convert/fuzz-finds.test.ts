// What `npm run fuzz` has found, once and never again. CONTRIBUTING.md says how it gets here.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { createCaseRunner } from '../fuzz/case-runner.ts';
import type { KeptFind } from '../fuzz/find.ts';

// The first one waits for a process to start.
vi.setConfig({ testTimeout: 120_000 });

const folder = join(import.meta.dirname, 'fuzz-finds');
const runner = createCaseRunner({
  childPath: join(import.meta.dirname, '../fuzz/child.ts'),
  hangMs: 10_000,
  maxResidentBytes: 2 ** 30,
});
afterAll(() => runner.restart());

test.each(readdirSync(folder))('%s has no fault any more', async (name) => {
  const { base64, recipe, limits }: KeptFind = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const bytes = Buffer.from(base64, 'base64');
  expect(bytes.length).toBeGreaterThan(0);
  const { outcome, fault } = await runner.run({
    ...{ bytes, recipe, limits, isRepeated: true, isCompared: true },
  });
  expect(fault).toBeUndefined();
  expect(outcome).toMatch(/^(converted|[A-Z_]+)$/);
});
