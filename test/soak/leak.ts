import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { linearRegression } from 'simple-statistics';
import { environmentWith } from '../../src/config/index.ts';

export interface LeakOptions {
  conversions: number;
  /** Bytes kept for ever per conversion, to test that a leak would be found. */
  plantedBytes?: number;
}

export interface MemorySample {
  done: number;
  rss: number;
  heapUsed: number;
  external: number;
}

export interface LeakReport {
  conversions: number;
  seconds: number;
  samples: MemorySample[];
  /** Bytes per conversion, over the second half. */
  slopes: Record<'rss' | 'heapUsed' | 'external', number>;
  problems: string[];
}

/**
 * Bytes per conversion. The smallest converted image has 840 bytes of decoded pixels and most have
 * 9,216, so a leaked image would far exceed this. V8 and the allocator vary by some megabytes over
 * thousands of conversions.
 */
const maxBytesPerConversion = { rss: 1_500, heapUsed: 150, external: 150 };
const maxSamples = 200;

/**
 * glibc's allocator returns freed memory immediately, so remaining memory is still referenced. With the
 * settings of src/isolation/allocator.ts it keeps up to 128 MiB, and grows and shrinks by that.
 */
const eagerRelease = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '0',
  MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 10),
};

/** Converts many images of all formats in one process, and measures whether its memory grows. */
export async function findLeak({
  conversions,
  plantedBytes = 0,
}: LeakOptions): Promise<LeakReport> {
  const sampleEvery = Math.max(1, Math.floor(conversions / maxSamples));
  const startedAt = performance.now();
  const child = fork(
    join(import.meta.dirname, 'leak-child.ts'),
    [conversions, sampleEvery, plantedBytes].map(String),
    {
      env: environmentWith(eagerRelease) as NodeJS.ProcessEnv,
      execArgv: ['--expose-gc'],
    },
  );
  const samples: MemorySample[] = [];
  child.on('message', (sample) => samples.push(sample as MemorySample));
  const [exitCode, signal] = await once(child, 'exit');
  const slopes = slopesOf(samples);
  return {
    ...{ conversions, samples, slopes },
    seconds: (performance.now() - startedAt) / 1e3,
    problems: [
      ...(exitCode === 0 ? [] : [`the process that converts ended with ${exitCode ?? signal}`]),
      ...problemsOf(slopes),
    ],
  };
}

/** Least squares over the second half: the first half warms caches and pools up. */
export function slopesOf(samples: MemorySample[]): LeakReport['slopes'] {
  const half = samples.slice(samples.length >> 1);
  const slope = (name: 'rss' | 'heapUsed' | 'external') =>
    linearRegression(half.map((sample) => [sample.done, sample[name]])).m;
  return { rss: slope('rss'), heapUsed: slope('heapUsed'), external: slope('external') };
}

function problemsOf(slopes: LeakReport['slopes']): string[] {
  return Object.entries(maxBytesPerConversion).flatMap(([name, max]) => {
    const slope = slopes[name as keyof typeof maxBytesPerConversion];
    if (slope <= max) return [];
    return [`${name} grows by ${slope.toFixed(0)} bytes per conversion; expected at most ${max}`];
  });
}

export function describeLeak({ conversions, seconds, samples, slopes, problems }: LeakReport) {
  const megabytes = (bytes = 0) => (bytes / 2 ** 20).toFixed(0);
  const middle = samples[samples.length >> 1];
  const last = samples.at(-1);
  return [
    `${conversions} conversions of all formats in turn, ${seconds.toFixed(0)} s`,
    `resident: ${megabytes(samples[0]?.rss)} MB at first, ${megabytes(middle?.rss)} MB half-way, ${megabytes(last?.rss)} MB at last`,
    `second half, bytes per conversion: resident ${slopes.rss.toFixed(0)} (at most ${maxBytesPerConversion.rss}), heap ${slopes.heapUsed.toFixed(1)} (at most ${maxBytesPerConversion.heapUsed}), external ${slopes.external.toFixed(1)} (at most ${maxBytesPerConversion.external})`,
    ...(problems.length > 0
      ? problems.map((problem) => `BROKEN ${problem}`)
      : ['No leak was found.']),
  ].join('\n');
}
