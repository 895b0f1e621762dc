import { percentile, sortedSample } from '../../src/stats/samples/index.ts';

/** The uploads, and the time or rate of each image and each part of the system. */
export interface Burst {
  uploads: number;
  /** The uploads arrive evenly over this time. */
  arrivalSeconds: number;
  /** Time for one image in the function, including its requests to S3. */
  imageMs: number;
  /** Extra time for the first batch of a function. */
  coldStartMs: number;
  /** Messages per invocation, which one core processes one after another. */
  batchSize: number;
  startFunctions: number;
  functionsPerMinute: number;
  /** Maximum rate of INSERTs in the database; a batch is one. */
  statementsPerSecond: number;
  statementMs: number;
}

export interface BurstRun {
  maxConcurrency: number;
  /** Time until the last image is recorded. */
  seconds: number;
  imagesPerSecond: number;
  /** Seconds from upload to row. */
  waits: { p50: number; p99: number };
  /** Share of the database's capacity in use while images are processed. */
  databaseShare: number;
  /** Messages in the queue at each second. */
  backlog: number[];
}

/**
 * Each batch goes to the first free function, in the order of upload. Functions are added
 * as Lambda adds them. The database runs statements one after another, each for its share
 * of a second. Nothing is random, and nothing fails.
 */
export function simulateBurst(burst: Burst & { maxConcurrency: number }): BurstRun {
  const { uploads, arrivalSeconds, batchSize, maxConcurrency } = burst;
  const freeAt = startTimes(burst);
  const arrivalOf = (upload: number) => (upload / uploads) * arrivalSeconds;
  const isWarm = freeAt.map(() => false);
  const waits: number[] = [];
  const begun: number[] = [];
  let databaseFreeAt = 0;
  let seconds = 0;
  for (let first = 0; first < uploads; first += batchSize) {
    const last = Math.min(first + batchSize, uploads) - 1;
    const worker = indexOfMin(freeAt);
    const startsAt = Math.max(freeAt[worker] ?? 0, arrivalOf(last));
    const coldMs = isWarm[worker] ? 0 : burst.coldStartMs;
    const convertedAt = startsAt + (coldMs + (last - first + 1) * burst.imageMs) / 1e3;
    const recordsAt = Math.max(convertedAt, databaseFreeAt);
    databaseFreeAt = recordsAt + 1 / burst.statementsPerSecond;
    const endsAt = recordsAt + burst.statementMs / 1e3;
    freeAt[worker] = endsAt;
    isWarm[worker] = true;
    seconds = Math.max(seconds, endsAt);
    for (let upload = first; upload <= last; upload++) {
      waits.push(endsAt - arrivalOf(upload));
      begun.push(startsAt);
    }
  }
  const sorted = sortedSample(waits);
  return {
    maxConcurrency,
    seconds,
    imagesPerSecond: uploads / seconds,
    waits: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
    databaseShare: Math.ceil(uploads / batchSize) / burst.statementsPerSecond / seconds,
    backlog: backlogs(begun, seconds, arrivalOf),
  };
}

/** The time at which each function becomes available. */
function startTimes(burst: Burst & { maxConcurrency: number }): number[] {
  const { startFunctions, functionsPerMinute, maxConcurrency } = burst;
  return Array.from({ length: maxConcurrency }, (_, i) =>
    i < startFunctions ? 0 : ((i - startFunctions + 1) / functionsPerMinute) * 60,
  );
}

function indexOfMin(values: number[]): number {
  let min = 0;
  for (let i = 1; i < values.length; i++) {
    if ((values[i] ?? 0) < (values[min] ?? 0)) min = i;
  }
  return min;
}

/** Uploads that have arrived and are not yet with a function, each second. */
function backlogs(
  begun: number[],
  seconds: number,
  arrivalOf: (upload: number) => number,
): number[] {
  const changes = new Array<number>(Math.ceil(seconds) + 2).fill(0);
  for (const [upload, startsAt] of begun.entries()) {
    add(changes, arrivalOf(upload), 1);
    add(changes, startsAt, -1);
  }
  let waiting = 0;
  return changes.map((change) => {
    waiting += change;
    return waiting;
  });
}

function add(changes: number[], second: number, change: number): void {
  const place = Math.ceil(second);
  changes[place] = (changes[place] ?? 0) + change;
}
