import module from 'node:module';
import { defineConfig } from 'vitest/config';

// The hundreds of processes that tests start read what an earlier one compiled.
process.env.NODE_COMPILE_CACHE ??= module.enableCompileCache().directory;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-postgres.ts', 'test/support/global-web.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores, and tests that often wait: more workers than that only make real servers time out.
    maxWorkers: 3,
  },
});
