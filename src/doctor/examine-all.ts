import { examineClock, type RemoteTime } from './examine-clock.ts';
import { examineDatabase } from './examine-database.ts';
import { examineEngine } from './examine-engine.ts';
import { examineQueue } from './examine-queue.ts';
import { examineStore, type StorePlaces } from './examine-store.ts';
import { examine, type Finding } from './finding.ts';
import type { DatabaseProbe, QueueProbe, StoreProbe } from './probes.ts';

interface Closable {
  close(): Promise<void> | void;
}

/** The services to examine. Those not configured are undefined. */
export interface ExaminedServices {
  openDatabase?: (() => Promise<DatabaseProbe & Closable>) | undefined;
  openStore?: (() => Promise<StoreProbe & Closable>) | undefined;
  places?: StorePlaces | undefined;
  openQueue?: (() => Promise<QueueProbe & Closable>) | undefined;
  /** Whether outputs and rows are deleted with their sources. */
  isDeletionEnabled: boolean;
}

/** Examines everything concurrently. An unreachable service is a finding, never an error. */
export async function examineAll(services: ExaminedServices): Promise<Finding[]> {
  const times: RemoteTime[] = [];
  const found = await Promise.all([
    examineEngine(),
    examineConfiguredDatabase(services, times),
    examineConfiguredStore(services, times),
    // A system without a queue is complete: it converts uploads where they arrive.
    services.openQueue ? examineQueue(services.openQueue) : [],
  ]);
  return [...found.flat(), ...examineClock(times)];
}

async function examineConfiguredDatabase(
  { openDatabase, isDeletionEnabled }: ExaminedServices,
  times: RemoteTime[],
): Promise<Finding[]> {
  if (!openDatabase) return notConfigured('database', 'DATABASE_URL (or DB_HOST)');
  let probe: (DatabaseProbe & Closable) | undefined;
  const open = async (): Promise<DatabaseProbe> => {
    const opened = await openDatabase();
    probe = opened;
    return {
      async readFacts() {
        const facts = await opened.readFacts();
        times.push({ source: 'database', nowMs: facts.nowMs, localMs: Date.now() });
        return facts;
      },
    };
  };
  try {
    return await examineDatabase(open, { isDeletionEnabled });
  } finally {
    await probe?.close();
  }
}

async function examineConfiguredStore(
  { openStore, places, isDeletionEnabled }: ExaminedServices,
  times: RemoteTime[],
): Promise<Finding[]> {
  if (!openStore || !places) return notConfigured('store', 'S3_BUCKET');
  const probe = await openStore();
  try {
    const reached = await examine(
      'store',
      async (found) => {
        const { nowMs } = await probe.reach(places.bucket);
        found({ state: 'good', what: `the bucket "${places.bucket}" is reachable` });
        if (nowMs !== undefined) times.push({ source: 'store', nowMs, localMs: Date.now() });
      },
      'Check S3_BUCKET, AWS_ENDPOINT_URL, AWS_REGION and the credentials of the AWS SDK.',
    );
    const isReached = reached.every(({ state }) => state === 'good');
    return [
      ...reached,
      ...(isReached ? await examineStore(probe, { ...places, isDeletionEnabled }) : []),
    ];
  } finally {
    await probe.close();
  }
}

function notConfigured(subject: Finding['subject'], names: string): Finding[] {
  const what = `${names} is not set: the ${subject} was not checked`;
  return [{ subject, state: 'warning', what, cure: `Set ${names} to check it.` }];
}
