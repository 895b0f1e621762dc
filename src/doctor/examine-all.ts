import { examineClock, type ToldTime } from './examine-clock.ts';
import { examineDatabase } from './examine-database.ts';
import { examineEngine } from './examine-engine.ts';
import { examineStore, type StorePlaces } from './examine-store.ts';
import { examine, type Finding } from './finding.ts';
import type { DatabaseProbe, StoreProbe } from './probes.ts';

interface Closable {
  close(): Promise<void> | void;
}

/** The services to examine. Those not configured are undefined. */
export interface Examined {
  openDatabase?: (() => Promise<DatabaseProbe & Closable>) | undefined;
  openStore?: (() => Promise<StoreProbe & Closable>) | undefined;
  places?: StorePlaces | undefined;
  /** Whether outputs and rows are deleted with their sources. */
  removes: boolean;
}

/** Examines everything concurrently. An unreachable service is a finding, never an error. */
export async function examineAll(examined: Examined): Promise<Finding[]> {
  const times: ToldTime[] = [];
  const found = await Promise.all([
    examineEngine(),
    examineConfiguredDatabase(examined, times),
    examineConfiguredStore(examined, times),
  ]);
  return [...found.flat(), ...examineClock(times)];
}

async function examineConfiguredDatabase(
  { openDatabase, removes }: Examined,
  times: ToldTime[],
): Promise<Finding[]> {
  if (!openDatabase) return notSet('database', 'DATABASE_URL (or DB_HOST)');
  let probe: (DatabaseProbe & Closable) | undefined;
  const open = async (): Promise<DatabaseProbe> => {
    const opened = await openDatabase();
    probe = opened;
    return {
      async look() {
        const facts = await opened.look();
        times.push({ who: 'database', nowMs: facts.nowMs, hereMs: Date.now() });
        return facts;
      },
    };
  };
  try {
    return await examineDatabase(open, { removes });
  } finally {
    await probe?.close();
  }
}

async function examineConfiguredStore(
  { openStore, places, removes }: Examined,
  times: ToldTime[],
): Promise<Finding[]> {
  if (!openStore || !places) return notSet('store', 'S3_BUCKET');
  const probe = await openStore();
  try {
    const reached = await examine(
      'store',
      async (found) => {
        const { nowMs } = await probe.reach(places.bucket);
        found({ state: 'good', what: `the bucket "${places.bucket}" answers` });
        if (nowMs !== undefined) times.push({ who: 'store', nowMs, hereMs: Date.now() });
      },
      'Check S3_BUCKET, AWS_ENDPOINT_URL, AWS_REGION and the credentials of the AWS SDK.',
    );
    const isReached = reached.every(({ state }) => state === 'good');
    return [...reached, ...(isReached ? await examineStore(probe, { ...places, removes }) : [])];
  } finally {
    await probe.close();
  }
}

function notSet(subject: Finding['subject'], names: string): Finding[] {
  const what = `${names} is not set: it was not examined`;
  return [{ subject, state: 'warning', what, cure: `Set ${names} to have it examined.` }];
}
