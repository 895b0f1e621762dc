import { setTimeout as sleep } from 'node:timers/promises';
import { type Broken, checkPromise } from './check-promise.ts';
import { drawPlan, type Plan, type PlannedFault, type PlanOptions } from './draw-plan.ts';
import { faultKinds } from './faults.ts';
import { readOutputs, readRows } from './holdings.ts';
import { findLeftovers } from './leftovers.ts';
import { createOracle, makePictures, type Picture } from './pictures.ts';
import { type Health, probeHealth } from './probe-health.ts';
import { redrive, takeDeadLetters, untilEmpty } from './queue.ts';
import { createTally, slowestRecovery, type Tally } from './tally.ts';
import { checkDeadLetters, sendUnreadable } from './unreadable.ts';
import { createDelivery, createReads, type DeliveryCounts, uploadAll } from './uploads.ts';
import { startWorld, type World } from './world.ts';

export interface SoakOptions extends Omit<PlanOptions, 'pictures'> {
  visibilityTimeoutSeconds: number;
  /** How often a message is received before it becomes a dead letter. */
  maxReceiveCount: number;
  /** How long the queue may take to become empty after the last fault. */
  drainTimeoutMs: number;
}

export interface SoakReport {
  seed: number;
  images: number;
  paceMs: number;
  keys: number;
  bad: number;
  large: number;
  uploadedAgain: number;
  faults: Record<string, number>;
  misanswers: Record<string, number>;
  deliveries: DeliveryCounts;
  tally: Pick<Tally, 'outcomes' | 'retries' | 'receives'>;
  health: Health;
  redriven: number;
  unreadable: number;
  slowestRecovery: { kind: string; ms: number } | undefined;
  mostConnections: number;
  seconds: number;
  drainSeconds: number;
  broken: Broken[];
}

/** Does to the system what the seed says, then looks whether it kept its promise. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const pictures = await makePictures();
  const plan = drawPlan({ ...options, pictures });
  const tally = createTally();
  const reads = createReads();
  const delivery = createDelivery(plan.uploads);
  const world = await startWorld({
    ...options,
    deliver: delivery.deliver,
    onLine: tally.readLine,
    onRead: reads.saw,
    onReceive: tally.countReceive,
  });
  try {
    const probe = probeHealth(world.server.url);
    const startedAt = performance.now();
    const [ends] = await Promise.all([
      injectAll(plan.faults, world),
      uploadAll(plan.uploads, { world, reads }),
      sendUnreadable(plan.unreadable, world.store),
    ]);
    await delivery.settled();
    const faultsEndedAt = performance.now();
    const drained = await drain(world, plan, options.drainTimeoutMs);
    const endedAt = performance.now();
    const health = await probe.stop();
    const mostConnections = world.databaseWay.mostConnections;
    await world.stopWork();
    const broken = [...drained.broken, ...(await checkWorld(world, plan)), ...unavailable(health)];
    return {
      ...summaryOf(plan, options),
      ...{ misanswers: world.s3Answers.given, deliveries: delivery.counts, tally, health },
      redriven: drained.redriven,
      slowestRecovery: slowestRecovery(ends, tally.successesAt),
      mostConnections,
      seconds: (endedAt - startedAt) / 1e3,
      drainSeconds: (endedAt - faultsEndedAt) / 1e3,
      broken,
    };
  } finally {
    await world.close();
  }
}

const restartsPostgres = new Set<string>(['crash PostgreSQL', 'restart PostgreSQL']);

/** Runs each fault when it is due, one beside the other; says when each ended. */
async function injectAll(faults: PlannedFault[], world: World) {
  const restarts = { last: Promise.resolve() };
  return await Promise.all(
    faults.map(async (fault) => {
      await sleep(fault.atMs);
      const run = () => faultKinds[fault.kind].run(world, fault);
      // A server that is being restarted cannot be restarted.
      if (restartsPostgres.has(fault.kind)) {
        restarts.last = restarts.last.then(run);
        await restarts.last;
      } else await run();
      return { kind: fault.kind, endedAt: performance.now() };
    }),
  );
}

/**
 * Waits for the queue. What became a dead letter meanwhile and can be read is put back once; what is
 * one at last must be what cannot be read.
 */
async function drain({ store }: World, { unreadable }: Plan, timeoutMs: number) {
  const bodies = new Set(unreadable.map(({ body }) => body));
  const isEmpty = await untilEmpty(store, timeoutMs);
  const dead = await takeDeadLetters(store);
  const readable = dead.filter((body) => !bodies.has(body));
  await redrive(store, readable);
  const isEmptyAgain = readable.length === 0 || (await untilEmpty(store, timeoutMs));
  const final = [...dead.filter((body) => bodies.has(body)), ...(await takeDeadLetters(store))];
  const broken = checkDeadLetters(unreadable, final);
  if (!isEmpty || !isEmptyAgain) {
    broken.push({ key: 'the queue', why: `is not empty after ${timeoutMs / 1e3} s` });
  }
  return { redriven: readable.length, broken };
}

async function checkWorld(world: World, { uploads }: Plan): Promise<Broken[]> {
  const uploaded = new Map<string, Picture[]>(
    [...Map.groupBy(uploads, ({ key }) => key)].map(([key, same]) => [
      key,
      same.map(({ picture }) => picture),
    ]),
  );
  const [rows, outputs] = await Promise.all([readRows(world), readOutputs(world)]);
  const broken = await checkPromise({ uploaded, rows, outputs, expectedOf: createOracle() });
  return [...broken, ...(await findLeftovers(world))];
}

function unavailable({ asked, answered, problems }: Health): Broken[] {
  if (answered === asked) return [];
  const first = [...new Set(problems)].slice(0, 3).join('; ');
  return [{ key: '/healthz', why: `answered ${answered} of ${asked} requests: ${first}` }];
}

function summaryOf({ uploads, faults, unreadable }: Plan, { seed, images, paceMs }: SoakOptions) {
  const keys = new Set(uploads.map(({ key }) => key)).size;
  const counts: Record<string, number> = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    ...{ seed, images, paceMs, keys, faults: counts },
    bad: uploads.filter(({ picture }) => picture.isBad).length,
    large: uploads.filter(({ picture }) => picture.isLarge).length,
    uploadedAgain: images - keys,
    unreadable: unreadable.length,
  };
}
