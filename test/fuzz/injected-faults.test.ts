// A fuzzer that finds nothing is only useful if it would find a fault that exists.
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { loadCorpus } from './corpus.ts';
import type { InjectedFault } from './faulty-child.ts';
import type { Find } from './find.ts';
import { type FuzzOptions, fuzz } from './fuzz.ts';
import { casesOf } from './fuzz-case.ts';
import type { Fault } from './judge-case.ts';

const { bmp, pnm, qoi } = await loadCorpus();
/** Formats that are converted fast: the faults do not depend on the others. */
const corpus = { bmp, pnm, qoi };
const seed = 7;
// Processes are started, and one must hang for a while.
vi.setConfig({ testTimeout: 120_000 });

async function fuzzWith(injected: InjectedFault, options: Partial<FuzzOptions> = {}) {
  const finds: Find[] = [];
  const summary = await fuzz({
    corpus,
    ...{ seed, path: String(from - 1), cases: 3, seconds: 60, hangMs: 30_000, minimiseMs: 0 },
    maxResidentBytes: 2 ** 30,
    childPath: join(import.meta.dirname, 'faulty-child.ts'),
    childArguments: [injected],
    onFind: (find) => void finds.push(find),
    ...options,
  });
  return { finds, summary };
}

const isQoi = fc
  .sample(casesOf(corpus), { seed, numRuns: 200 })
  .map(({ bytes }) => Buffer.from(bytes).toString('latin1', 0, 4) === 'qoif');

/** The first case of a QOI file, which shows the fault, while its neighbours have other formats. */
const from = isQoi.findIndex((is, i) => is && i > 0 && !isQoi[i - 1] && !isQoi[i + 1]);

test.concurrent.each<[InjectedFault, Fault['kind'], detail: RegExp]>([
  ['hang', 'hang', /^no answer within 4 s$/],
  ['crash', 'crash', /SIGSEGV/],
  ['stray rejection', 'crash', /exit code 1.*This rejection is unhandled/s],
  ['too much memory', 'memory', /^Expected at most \d+ MB .* but it took \d+ MB$/],
  ['bug in JavaScript', 'untyped error', /^TypeError: x is not a function/],
])('a %s is found as: %s, and the run continues', async (injected, kind, detail) => {
  // Only a real hang may count as one, however busy the machine is.
  const { finds, summary } = await fuzzWith(injected, injected === 'hang' ? { hangMs: 4_000 } : {});
  const fault = { kind, detail: expect.stringMatching(detail) };
  expect(finds).toMatchObject([{ seed, index: from, isReproduced: true, fault }]);
  expect(summary).toMatchObject({ cases: 3, finds: 1, repeatedFinds: 0 });
});

test('a leak too small for a single case is found once the process has grown too far', async () => {
  const options = { path: '0', cases: 50, maxResidentBytes: 700 * 2 ** 20 };
  const { finds } = await fuzzWith('leak', options);
  // The number of cases depends on the memory of a fresh process.
  expect(finds).not.toEqual([]);
  for (const find of finds) {
    expect(find).toMatchObject({ isReproduced: false, fault: { kind: 'memory' } });
  }
  expect(finds[0]?.index).toBeGreaterThan(isQoi.indexOf(true));
});

test('a fault that many cases show is found once, and its file is minimised', async () => {
  const options = { cases: 100, minimiseMs: 10_000 };
  const { finds, summary } = await fuzzWith('bug in JavaScript', options);
  // A mutation can also turn a file of another format into a QOI, which counts as a separate find.
  expect(new Set(finds.map(({ case: { format } }) => format)).size).toBe(finds.length);
  for (const find of finds) {
    expect(Buffer.from(find.case.bytes).toString('latin1')).toBe('qoif');
    // The recipe does not matter.
    expect(find.case).toMatchObject({ recipe: { format: 'png' }, isRepeated: false });
  }
  const own = finds.find(({ case: { format } }) => format === 'qoi');
  expect(own?.case.made).not.toContain(',');
  expect(own?.path).toMatch(new RegExp(`^${own?.index}:`));
  expect(summary).toMatchObject({ cases: 100, finds: finds.length });
  expect(summary.repeatedFinds).toBeGreaterThan(0);
});
