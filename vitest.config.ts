import module from 'node:module';
import { defineConfig } from 'vitest/config';

// The hundreds of processes that tests start read what an earlier one compiled.
process.env.NODE_COMPILE_CACHE ??= module.enableCompileCache().directory;

/** Of functions that neither keep anything nor change what another file sees: they share processes. */
const ofFunctions = [
  'test/{convert,events,gray-jpeg,gray-png,png-rows,stats/samples}/**/*.test.ts',
  // Loading the CDK takes longer than most of these tests. The other file needs a database.
  'test/infra/!(requests-and-rights).test.ts',
];

export default defineConfig({
  test: {
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Two cores, and tests that often wait: more workers than that only make real servers time out.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: { name: 'functions', include: ofFunctions, isolate: false },
      },
      {
        extends: true,
        test: {
          name: 'parts',
          include: ['test/**/*.test.ts'],
          exclude: ofFunctions,
          globalSetup: ['testing/global-postgres.ts', 'testing/global-web.ts'],
        },
      },
    ],
  },
});
