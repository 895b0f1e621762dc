import type { Config } from '../config/index.ts';
import {
  type DatabaseProbe,
  examine,
  examineClock,
  examineDatabase,
  examineEngine,
  examineStore,
  type Finding,
  type StoreProbe,
  type ToldTime,
} from '../doctor/index.ts';
import type { Postgres } from '../ledger/connect.ts';
import { composeS3 } from './open-pipeline.ts';
import { composePostgres } from './open-postgres.ts';

/** Examines all that is configured, side by side. What is not reached is a finding, never an error. */
export async function examineAll(config: Config): Promise<Finding[]> {
  const times: ToldTime[] = [];
  const found = await Promise.all([
    examineEngine(),
    examineConfiguredDatabase(config, (time) => times.push(time)),
    examineConfiguredStore(config, (time) => times.push(time)),
  ]);
  return [...found.flat(), ...examineClock(times)];
}

type Tell = (time: ToldTime) => void;

async function examineConfiguredDatabase(config: Config, tell: Tell): Promise<Finding[]> {
  if (config.databaseUrl === undefined && config.databaseHost === undefined) {
    return notSet('database', 'DATABASE_URL (or DB_HOST)');
  }
  let postgres: Postgres | undefined;
  const open = async (): Promise<DatabaseProbe> => {
    const { createPostgresProbe } = await import('../ledger/probe.ts');
    postgres = await composePostgres(config);
    const probe = createPostgresProbe(postgres);
    return {
      async look() {
        const facts = await probe.look();
        tell({ who: 'database', nowMs: facts.nowMs, hereMs: Date.now() });
        return facts;
      },
    };
  };
  const findings = await examineDatabase(open, { removes: removes(config) });
  await postgres?.close();
  return findings;
}

async function examineConfiguredStore(config: Config, tell: Tell): Promise<Finding[]> {
  const { bucket, outputBucket = bucket, outputPrefix } = config;
  if (bucket === undefined || outputBucket === undefined) return notSet('store', 'S3_BUCKET');
  const [client, { createS3Probe }] = await Promise.all([
    composeS3(config, { requestTimeoutMs: 10_000 }),
    import('../storage/s3-probe.ts'),
  ]);
  const probe: StoreProbe = createS3Probe(client);
  const reached = await examine(
    'store',
    async (found) => {
      const { nowMs } = await probe.reach(bucket);
      found({ state: 'good', what: `the bucket "${bucket}" answers` });
      if (nowMs !== undefined) tell({ who: 'store', nowMs, hereMs: Date.now() });
    },
    'Check S3_BUCKET, AWS_ENDPOINT_URL, AWS_REGION and the credentials of the AWS SDK.',
  );
  const places = { bucket, outputBucket, outputPrefix, removes: removes(config) };
  const isReached = reached.every(({ state }) => state === 'good');
  const rest = isReached ? await examineStore(probe, places) : [];
  client.destroy();
  return [...reached, ...rest];
}

function removes({ onSourceDeleted }: Config): boolean {
  return onSourceDeleted === 'delete';
}

function notSet(subject: Finding['subject'], names: string): Finding[] {
  const what = `${names} is not set: it was not examined`;
  return [{ subject, state: 'warning', what, cure: `Set ${names} to have it examined.` }];
}
