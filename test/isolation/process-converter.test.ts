import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  defaultLimits,
  type RecipeOptions,
  resolveRecipe,
  toGrayscale,
} from '../../src/convert/index.ts';
import { createProcessConverter } from '../../src/isolation/process-converter.ts';
import type { Converter } from '../../src/pipeline/index.ts';
import { type Harm, type Hostility, hostile } from '../../testing/hostile-converter.ts';
import { photoLikeJpeg, photoLikePng } from '../../testing/images.ts';
import { processesOf } from '../../testing/processes.ts';

const module = new URL('../../testing/hostile-converter.ts', import.meta.url);
const word = 'hostile-converter';

let folder: string;
let converter: Converter;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'converter-'));
});
afterEach(() => converter.close());
afterAll(() => rm(folder, { recursive: true, force: true }));

function start(processes = 1, more = {}, options: { hangGraceMs?: number } = {}) {
  const env = { NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE, ...more };
  converter = createProcessConverter({ processes, env, module, maxHeapMb: 64, ...options });
}

interface Options {
  timeoutMs?: number;
  signal?: AbortSignal;
  recipe?: RecipeOptions;
}

async function convert(bytes: Uint8Array, { timeoutMs = 60_000, signal, recipe }: Options = {}) {
  const limits = { ...defaultLimits, timeoutMs };
  const image = await converter.open(bytes, {
    recipe: resolveRecipe(recipe),
    limits,
    ...(signal && { signal }),
  });
  try {
    return await image.convert();
  } finally {
    image.close();
  }
}

const bad = (hostility: Hostility) => hostile(photoLikePng(), hostility);
const good = () => convert(photoLikePng());

const deaths: [Harm, RegExp][] = [
  ['aborts', /SIGABRT/],
  ['is killed', /SIGKILL/],
  ['exits', /exit code 3/],
  ['sends an invalid reply', /it sent a malformed reply/],
  ['runs out of memory', /SIGABRT|SIGTRAP/],
];

// Filling a heap takes a while.
describe.each(['open', 'convert'] as const)(
  'a process that, when asked to %s,',
  { timeout: 90_000 },
  (at) => {
    test.each(deaths)('%s twice fails only its own image', async (harm, detail) => {
      start(2);
      const [failing, ...others] = await Promise.allSettled([
        convert(bad({ at, harm })),
        ...Array.from({ length: 6 }, good),
      ]);
      expect(failing).toMatchObject({
        reason: {
          name: 'ConversionError',
          code: 'CONVERSION_CRASHED',
          message: expect.stringMatching(detail),
        },
      });
      expect(others.map(({ status }) => status)).toEqual(Array(6).fill('fulfilled'));
    });

    test('is killed once is replaced by one that converts the image', async () => {
      start();
      const file = join(folder, `killed-at-${at}`);
      const image = await convert(bad({ at, harm: 'is killed once', file }));
      expect(image).toMatchObject({ width: 64, height: 48 });
    });

    test('hangs is ended after the time limit, and another continues', async () => {
      start(1, {}, { hangGraceMs: 500 });
      const startedAt = performance.now();
      await expect(convert(bad({ at, harm: 'hangs' }), { timeoutMs: 200 })).rejects.toMatchObject({
        code: 'CONVERSION_TIMEOUT',
        message: expect.stringMatching(/at most 200 ms .* did not stop by itself/),
      });
      expect(performance.now() - startedAt).toBeLessThan(25_000);
      await expect(good()).resolves.toMatchObject({ width: 64 });
    });

    test('hangs is ended when the conversion is aborted', async () => {
      start();
      const abort = new AbortController();
      const file = join(folder, `hangs-at-${at}`);
      const failing = convert(bad({ at, harm: 'hangs', file }), { signal: abort.signal });
      failing.catch(() => {});
      await vi.waitFor(() => expect(existsSync(file)).toBe(true), 20_000);
      const [pid] = processesOf(word, process.pid);
      abort.abort(new Error('the client went away'));
      await expect(failing).rejects.toThrow('the client went away');
      await expect(good()).resolves.toMatchObject({ width: 64 });
      expect(processesOf(word, process.pid)).not.toContain(pid);
    });
  },
);

test('an image that waits for a process can be aborted, and frees its place for others', async () => {
  start();
  const abort = new AbortController();
  const held = await converter.open(photoLikePng(), {
    recipe: resolveRecipe(),
    limits: defaultLimits,
  });
  const waiting = convert(photoLikePng(), { signal: abort.signal });
  const next = good();
  abort.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  held.close();
  await expect(next).resolves.toMatchObject({ width: 64 });
});

test('one process converts many images, and no more processes start than are needed', async () => {
  start(2);
  await Promise.all(Array.from({ length: 10 }, good));
  expect(processesOf(word, process.pid)).toHaveLength(2);
});

test('closing ends the work in progress and leaves no process behind', async () => {
  start(2);
  await good();
  const failing = convert(bad({ at: 'convert', harm: 'hangs' }));
  const rejection = expect(failing).rejects.toThrow('closed');
  await sleep(300);
  await converter.close();
  await rejection;
  expect(processesOf(word, process.pid)).toEqual([]);
});

test('a process that cannot start is reported as an error, not as a fault of the image', async () => {
  const missing = new URL('no-such-converter.ts', import.meta.url);
  converter = createProcessConverter({ processes: 1, env: {}, module: missing });
  await expect(good()).rejects.toThrow('ended before it was ready (exit code 1)');
  await expect(good()).rejects.not.toHaveProperty('code');
});

test('processes end with their parent, even when it is killed', async () => {
  start();
  const script = `
    import { createProcessConverter } from ${JSON.stringify(
      new URL('../../src/isolation/process-converter.ts', import.meta.url).href,
    )};
    import { defaultLimits, resolveRecipe } from ${JSON.stringify(
      new URL('../../src/convert/index.ts', import.meta.url).href,
    )};
    const converter = createProcessConverter({ processes: 1, env: {} });
    const bytes = Buffer.from('P5 1 1 255 x');
    await converter.open(bytes, { recipe: resolveRecipe(), limits: defaultLimits });
    console.log('opened');
    setInterval(() => {}, 1_000);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(parent.stdout, 'data');
  const [child] = processesOf('converter-process', parent.pid);
  expect(child).toBeGreaterThan(0);
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(processesOf('converter-process')).not.toContain(child), 10_000);
});

test('a process gets only the given environment and the settings of its allocator', async () => {
  process.env.SECRET_OF_THE_TEST = 'hush';
  start(1, { MALLOC_ARENA_MAX: '5' });
  await good();
  const [pid] = processesOf(word, process.pid);
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
  delete process.env.SECRET_OF_THE_TEST;
  expect(environment).not.toContain('SECRET_OF_THE_TEST');
  expect(environment).toContain('GLIBC_TUNABLES=glibc.malloc.hugetlb=1');
  expect(environment).toContain('MALLOC_ARENA_MAX=5');
});

test('a process starts before the first image, with a lower priority than the caller', async () => {
  const ready = createProcessConverter({ processes: 2, env: {}, module, niceness: 3 });
  converter = ready;
  ready.warmUp();
  const [pid, ...others] = processesOf(word, process.pid);
  expect(others).toEqual([]);
  await good();
  expect(processesOf(word, process.pid)).toEqual([pid]);
  expect(getPriority(pid)).toBe(3);
  // In a separate session, its niceness would have no effect relative to the caller.
  if (process.platform === 'linux') expect(await sessionOf(pid)).toBe(await sessionOf(process.pid));
});

/** The sixth field. The second one may contain spaces. */
async function sessionOf(pid: number | undefined): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[3];
}

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s, which may reach every process, is left to the caller',
  async (signal) => {
    start(1);
    await good();
    const [pid] = processesOf(word, process.pid);
    process.kill(pid ?? 0, signal);
    await good();
    expect(processesOf(word, process.pid)).toEqual([pid]);
  },
);

test('large files arrive complete, and so do their gray outputs, image after image', async () => {
  start();
  for (const side of [1_000, 700, 1_500]) {
    const bytes = await photoLikeJpeg({ width: side, height: side });
    const { stages: _, ...image } = await convert(bytes, { recipe: { compressionLevel: 0 } });
    const { stages: __, ...expected } = await toGrayscale(bytes, { compressionLevel: 0 });
    expect(image).toEqual(expected);
    expect(image.bytes.byteLength).toBeGreaterThan(64_000);
  }
});

test('the caller’s thread does almost nothing while large images are converted', async () => {
  const bytes = await photoLikeJpeg({ width: 3_000, height: 2_000 });
  start(2);
  await Promise.all([good(), good()]);
  const inProcesses = await threadMs(() => convert(bytes, { recipe: slow }));
  const here = await threadMs(() => toGrayscale(bytes, slow));
  expect(inProcesses).toBeLessThan(here / 2);
});

/** Encoded by the built-in encoder, on the calling thread. */
const slow = { format: 'gif' } as const;

/** Processor time, which does not depend on the load of the machine. */
async function threadMs(work: () => Promise<unknown>): Promise<number> {
  const before = process.threadCpuUsage();
  await Promise.all([work(), work()]);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e3;
}
