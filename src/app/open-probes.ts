import type { Config } from '../config/index.ts';
import type { ExaminedServices } from '../doctor/index.ts';
import { isDatabaseConfigured, openPostgres } from './open-postgres.ts';
import { openConfiguredQueue } from './open-queue.ts';
import { openS3 } from './open-s3.ts';

/** The doctor's probes of everything that is configured. Nothing is opened until a probe runs. */
export function createProbes(config: Config): ExaminedServices {
  const { bucket, outputBucket = bucket, outputPrefix, onSourceDeleted } = config.storage;
  const { outputCarry = [] } = config.storage;
  const { kind, url } = config.queue;
  return {
    openDatabase: isDatabaseConfigured(config) ? () => openDatabaseProbe(config) : undefined,
    openStore: () => openStoreProbe(config),
    places:
      bucket !== undefined && outputBucket !== undefined
        ? { bucket, outputBucket, outputPrefix, carriesTags: outputCarry.includes('tags') }
        : undefined,
    openQueue: kind || url ? () => openConfiguredQueue(config) : undefined,
    isDeletionEnabled: onSourceDeleted === 'delete',
  };
}

async function openDatabaseProbe(config: Config) {
  const [postgres, { createPostgresProbe }] = await Promise.all([
    openPostgres(config),
    import('../ledger/probe.ts'),
  ]);
  return { ...createPostgresProbe(postgres), close: () => postgres.close() };
}

async function openStoreProbe(config: Config) {
  const [client, { createS3Probe }] = await Promise.all([
    openS3(config, { requestTimeoutMs: 10_000 }),
    import('../storage/s3-probe.ts'),
  ]);
  return { ...createS3Probe(client), close: () => client.destroy() };
}
