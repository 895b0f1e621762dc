import type { EnvironmentSettings } from './settings-schema.ts';

/**
 * The stacks, one per environment, named `grayscale-<environment>`. Several can coexist in one
 * account. settings-schema.ts documents each setting and its default.
 */
export const environments: Record<string, EnvironmentSettings> = {
  development: {
    source: { kind: 'new' },
    // Pauses when nothing is uploaded, and is deleted with the stack, except for a snapshot.
    database: {
      kind: 'new',
      minCapacity: 0,
      maxCapacity: 2,
      failoverReplica: false,
      deletionProtection: false,
    },
    logRetentionDays: 7,
    maxConcurrency: 5,
    tags: { environment: 'development' },
  },
  production: {
    source: { kind: 'new', versioned: true },
    // `npm run synth` requests failoverReplica and, after the first deployment, deletionProtection.
    database: { kind: 'new', minCapacity: 0.5, maxCapacity: 8, backupDays: 14 },
    logRetentionDays: 90,
    terminationProtection: true,
    tags: { environment: 'production' },
  },
};
