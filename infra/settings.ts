import type { EnvironmentSettings } from './settings-schema.ts';

/**
 * The stacks, one an environment, named `grayscale-<environment>`. Any number of them live side by
 * side in one account. settings-schema.ts says what each setting means and what it is by default.
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
    // `npm run synth` asks for failoverReplica and, after the first deployment, deletionProtection.
    database: { kind: 'new', minCapacity: 0.5, maxCapacity: 8, backupDays: 14 },
    logRetentionDays: 90,
    terminationProtection: true,
    tags: { environment: 'production' },
  },
};
