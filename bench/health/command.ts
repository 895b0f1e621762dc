// How long the health check of a server takes while eight images of 24 megapixels are converted
// concurrently, again and again:
// npm run bench:health                   half a minute
//   npm run bench:health -- --seconds 10 --megapixels 12
// npm run bench:health -- --cpu-prof     where the server's own time goes, in a .cpuprofile of the
//                                          folder for temporary files
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { loadavg, tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { percentile, sortedSample } from '../../src/stats/samples/index.ts';
import { drawPhoto } from '../conversions/draw.ts';
import { startBenchServer } from './start-server.ts';

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    megapixels: { type: 'string', default: '24' },
    'cpu-prof': { type: 'boolean', default: false },
  },
});
const seconds = Number(flags.seconds);
const concurrency = 8;

const photo = await drawPhoto('day', Number(flags.megapixels));
const body = new Uint8Array(await photo.jpeg({ quality: 97 }).toBuffer());
const load = loadavg();
const server = await startBenchServer(
  flags['cpu-prof'] ? ['--cpu-prof', '--cpu-prof-dir', tmpdir()] : [],
);
try {
  const first = await convert();
  const idle = await probeDuring(() => new Promise((done) => setTimeout(done, 3_000)));
  await lag();
  const durations: number[] = [];
  const busy = await probeDuring(async () => {
    const until = performance.now() + seconds * 1e3;
    const client = async () => {
      while (performance.now() < until) durations.push(await convert());
    };
    await Promise.all(Array.from({ length: concurrency }, client));
  });
  const { max, p99 } = await lag();
  console.log(`Load average before: ${load.map((value) => value.toFixed(1)).join(', ')}`);
  console.log(
    `One image: ${(body.length / 1e6).toFixed(1)} MB; first conversion ${ms([first], 1)} ms`,
  );
  console.log(
    `${durations.length} more, ${concurrency} concurrently: p50 ${ms(durations, 0.5)} ms`,
  );
  printAnswers('idle', idle);
  printAnswers('converting', busy);
  console.log(`The server's event loop was late by ${p99} ms (p99), ${max} ms (max).`);
} finally {
  await server.close();
}

/** Returns its duration. */
async function convert(): Promise<number> {
  const askedAt = performance.now();
  const response = await fetch(`${server.url}/v1/convert`, { method: 'POST', body });
  const bytes = await response.arrayBuffer();
  if (!response.ok) throw new Error(`Not converted: ${Buffer.from(bytes).toString()}`);
  return performance.now() - askedAt;
}

interface Answers {
  times: number[];
  failures: number;
}

/** Runs in a separate process, which neither waits for the load's answers nor reads them. */
async function probeDuring(work: () => Promise<unknown>): Promise<Answers> {
  const probe = fork(new URL('probe-health.ts', import.meta.url), [`${server.url}/healthz`]);
  await new Promise((started) => setTimeout(started, 1_000));
  await work();
  const reply = once(probe, 'message');
  probe.send('stop');
  const [answers] = (await reply) as [Answers];
  return answers;
}

function printAnswers(when: string, { times, failures }: Answers): void {
  const shares = [0.5, 0.95, 0.99, 0.999, 1].map((share) => ms(times, share)).join(', ');
  const late = times.filter((time) => time > 50).length;
  console.log(
    `/healthz, ${when}: n = ${times.length}, ${failures} failed, p50, p95, p99, p99.9, max: ${shares} ms; ${late} over 50 ms`,
  );
}

function ms(times: number[], share: number): string {
  return percentile(sortedSample(times), share).toFixed(1);
}

/** The values that prom-client measured since the previous request. */
async function lag(): Promise<{ p99: string; max: string }> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const read = (name: string) => {
    const [, value] =
      new RegExp(`^nodejs_eventloop_lag_${name}_seconds (\\S+)`, 'm').exec(text) ?? [];
    return (Number(value) * 1e3).toFixed(0);
  };
  return { p99: read('p99'), max: read('max') };
}
