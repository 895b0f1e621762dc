// Simulates a burst of 100,000 uploads on queue, function and database, second by second:
// node bench/scale/command.ts    prints the table and writes docs/images/scale.svg
// The same parameters give the same bytes.
import { writeFile } from 'node:fs/promises';
import { drawBacklogs } from './draw-backlogs.ts';
import { type Burst, type BurstRun, simulateBurst } from './simulate-burst.ts';

/**
 * Measured by bench/scale/function-memory.ts, 12 megapixels: 440 ms of processor and 1,080 ms for a first
 * invocation with the start of Node. Assumed, since nothing was run on AWS: 60 ms for S3, and the
 * database's rate of statements at half a capacity unit.
 */
const burst: Burst = {
  uploads: 100_000,
  arrivalSeconds: 60,
  imageMs: 440 + 60,
  coldStartMs: 1_080 - 440,
  batchSize: 5,
  // Lambda adds this many pollers a minute to a standard queue, up to maxConcurrency.
  startFunctions: 5,
  functionsPerMinute: 300,
  statementsPerSecond: 500,
  statementMs: 5,
};

const runs: BurstRun[] = [20, 100, 500, 1_000].map((maxConcurrency) =>
  simulateBurst({ ...burst, maxConcurrency }),
);
console.log('maxConcurrency  minutes  p50 wait s  p99 wait s  images/s  database busy');
for (const { maxConcurrency, seconds, waits, imagesPerSecond, databaseShare } of runs) {
  const cells = [
    String(maxConcurrency).padStart(14),
    (seconds / 60).toFixed(1).padStart(7),
    waits.p50.toFixed(0).padStart(10),
    waits.p99.toFixed(0).padStart(10),
    imagesPerSecond.toFixed(0).padStart(8),
    `${(databaseShare * 100).toFixed(0)} %`.padStart(13),
  ];
  console.log(cells.join('  '));
}
await writeFile('docs/images/scale.svg', drawBacklogs(runs));
