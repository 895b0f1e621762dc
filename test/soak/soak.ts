import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from './check-promise.ts';
import { checkAvailability, checkServer, checkWorld } from './check-world.ts';
import { drawPlan, type Plan, type PlannedFault, type PlanOptions } from './draw-plan.ts';
import type { FaultEffects } from './fault.ts';
import { faultKinds, killWorker } from './faults.ts';
import { checkHonestAnswers, type HonestAnswers, startHonestClients } from './honest-clients.ts';
import { createPostgresMessages, createSqsMessages, type MessageQueue } from './message-queue.ts';
import { type Health, probeHealth } from './probe-health.ts';
import { createTally, slowestRecovery, type Tally } from './tally.ts';
import { makeTestImages } from './test-images.ts';
import { checkDeadLetters } from './unreadable.ts';
import { createDelivery, createReads, type DeliveryCounts, uploadAll } from './uploads.ts';
import { createWebhook, type WebhookAnswers } from './webhook.ts';
import { type QueueKind, startWorld, type World } from './world.ts';

export interface SoakOptions extends Omit<PlanOptions, 'testImages'> {
  queue: QueueKind;
  /** With PostgreSQL: a worker is killed this often, in turn. */
  killEveryMs: number;
  visibilityTimeoutSeconds: number;
  /** How often a message is received before it becomes a dead letter. */
  maxReceiveCount: number;
  /** Maximum time for the queue to become empty after the last fault. */
  drainTimeoutMs: number;
}

export interface SoakReport {
  seed: number;
  queue: QueueKind;
  workers: number;
  images: number;
  paceMs: number;
  /** The only kind of fault to apply; all by default. */
  only: string | undefined;
  keys: number;
  bad: number;
  large: number;
  uploadedAgain: number;
  faults: Record<string, number>;
  responseFaults: Record<string, number>;
  deliveries: DeliveryCounts;
  tally: Pick<Tally, 'outcomes' | 'retries' | 'receives'>;
  health: Health;
  honest: HonestAnswers['answers'];
  /** Answers of `/v1/events` to the store; only with PostgreSQL. */
  webhook: WebhookAnswers | undefined;
  /** Counts reported by the faults. */
  counts: Record<string, number>;
  skipped: string[];
  redriven: number;
  unreadable: number;
  slowestRecovery: { kind: string; ms: number } | undefined;
  maxConnections: number;
  seconds: number;
  drainSeconds: number;
  violations: Violation[];
}

/** Applies the faults that the seed gives, then checks whether the system kept its promises. */
export async function soak(options: SoakOptions): Promise<SoakReport> {
  const testImages = await makeTestImages();
  const plan = drawPlan({ ...options, testImages });
  const tally = createTally();
  const reads = createReads();
  const delivery = createDelivery(plan.uploads);
  const unexpectedExits: Violation[] = [];
  const usesWebhook = options.queue === 'postgres';
  const running = new Set<PlannedFault>();
  const webhook = createWebhook(() => running.size > 0);
  let serverUrl = '';
  const world = await startWorld({
    ...options,
    deliver: usesWebhook
      ? (body) => delivery.deliver(body, (sent) => webhook.send(serverUrl, sent))
      : delivery.deliver,
    onLine: tally.readLine,
    onRead: reads.recordRead,
    onReceive: tally.countReceive,
    onUnexpectedExit(code, signal) {
      // Faults end workers only with this signal.
      if (signal !== 'SIGKILL')
        unexpectedExits.push({ key: 'a worker', reason: `exited unexpectedly: ${signal ?? code}` });
    },
  });
  serverUrl = world.server.url;
  const messages = usesWebhook ? createPostgresMessages(world) : createSqsMessages(world);
  try {
    const probe = probeHealth(world.server.url);
    const clients = await startHonestClients(world.server.url);
    const startedAt = performance.now();
    const uploading = new AbortController();
    const killing = usesWebhook && killInTurn(world, options.killEveryMs, uploading.signal);
    const [{ ends, effects }] = await Promise.all([
      injectAll(plan.faults, { world, running }),
      uploadAll(plan.uploads, { world, reads }),
      messages.sendUnreadable(plan.unreadable),
    ]);
    uploading.abort();
    await killing;
    await delivery.settled();
    const faultsEndedAt = performance.now();
    const drained = await drain(messages, plan, options.drainTimeoutMs);
    const endedAt = performance.now();
    const { answers: honest } = await clients.stop();
    const health = await probe.stop();
    const maxConnections = world.databaseProxy.maxConnections;
    const ended = checkServer(world);
    await world.stopWork();
    const violations = [
      ...effects.flatMap((effect) => effect.violations ?? []),
      ...unexpectedExits,
      ...ended,
      ...drained.violations,
      ...(await checkWorld(world, plan.uploads, effects)),
      ...(await messages.check(plan.unreadable)),
      ...webhook.report.violations,
      ...checkAvailability(health),
      ...checkHonestAnswers({ answers: honest }),
    ];
    return {
      ...summaryOf(plan, options),
      ...{ responseFaults: world.s3HttpProxy.counts, deliveries: delivery.counts, tally, health },
      ...{ honest, counts: sumCounts(effects) },
      webhook: usesWebhook ? webhook.report : undefined,
      skipped: effects.flatMap(({ skipped }) => skipped ?? []),
      redriven: drained.redriven,
      slowestRecovery: slowestRecovery(ends, tally.successesAt),
      maxConnections,
      seconds: (endedAt - startedAt) / 1e3,
      drainSeconds: (endedAt - faultsEndedAt) / 1e3,
      violations,
    };
  } finally {
    await world.close();
  }
}

const restartsPostgres = new Set<string>([
  'crash PostgreSQL',
  'restart PostgreSQL',
  'kill a PostgreSQL backend',
]);

/** A fault has effects for so long after its end: connections are made again, statements time out. */
const settleMs = 10_000;

/** Runs each fault when it is due, concurrently; reports when each ended, and what it found. */
async function injectAll(
  faults: PlannedFault[],
  { world, running }: { world: World; running: Set<PlannedFault> },
) {
  const restarts = { last: Promise.resolve<FaultEffects | undefined>(undefined) };
  const results = await Promise.all(
    faults.map(async (fault) => {
      await sleep(fault.atMs);
      running.add(fault);
      const run = () => faultKinds[fault.kind].run(world, fault);
      // A server that is being restarted cannot be restarted again.
      const isRestart = restartsPostgres.has(fault.kind);
      if (isRestart) restarts.last = restarts.last.then(run);
      const effects = await (isRestart ? restarts.last : run());
      setTimeout(() => running.delete(fault), settleMs);
      return { kind: fault.kind, endedAt: performance.now(), effects: effects ?? {} };
    }),
  );
  return { ends: results, effects: results.map(({ effects }) => effects) };
}

/**
 * Waits for the queue. Readable messages that became dead letters meanwhile are redriven once; in the
 * end, only unreadable messages may be dead letters.
 */
async function drain(messages: MessageQueue, { unreadable }: Plan, timeoutMs: number) {
  const bodies = new Set(unreadable.map(({ body }) => body));
  const isEmpty = await messages.untilEmpty(timeoutMs);
  const dead = await messages.takeDeadLetters();
  const readable = dead.filter((body) => !bodies.has(body));
  await messages.redrive(readable);
  const isEmptyAgain = readable.length === 0 || (await messages.untilEmpty(timeoutMs));
  const final = [...dead.filter((body) => bodies.has(body)), ...(await messages.takeDeadLetters())];
  const violations = checkDeadLetters(unreadable, final);
  if (!isEmpty || !isEmptyAgain) {
    violations.push({ key: 'the queue', reason: `is not empty after ${timeoutMs / 1e3} s` });
  }
  return { redriven: readable.length, violations };
}

/** Kills one worker after the other, with a pause; each is replaced. */
async function killInTurn(world: World, everyMs: number, signal: AbortSignal): Promise<void> {
  for (let turn = 0; !signal.aborted; turn++) {
    await sleep(everyMs, undefined, { signal }).catch(() => {});
    if (!signal.aborted) killWorker(world, turn % world.workers.length);
  }
}

function sumCounts(effects: FaultEffects[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, count] of effects.flatMap(({ counts = {} }) => Object.entries(counts))) {
    sums[name] = (sums[name] ?? 0) + count;
  }
  return sums;
}

function summaryOf(
  { uploads, faults, unreadable }: Plan,
  { seed, images, paceMs, kinds, queue, workers }: SoakOptions,
) {
  const keys = new Set(uploads.map(({ key }) => key)).size;
  const counts: Record<string, number> = {};
  for (const { kind } of faults) counts[kind] = (counts[kind] ?? 0) + 1;
  return {
    ...{ queue, workers, seed, images, paceMs, keys, faults: counts, only: kinds?.join() },
    bad: uploads.filter(({ image }) => image.isBad).length,
    large: uploads.filter(({ image }) => image.isLarge).length,
    uploadedAgain: images - keys,
    unreadable: unreadable.length,
  };
}
