// A fuzzer that finds nothing is worth something only if it would have found what is there.
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadCorpus } from './corpus.ts';
import { drawCase } from './draw-case.ts';
import type { Find } from './find.ts';
import { type FuzzOptions, fuzz } from './fuzz.ts';
import type { Fault } from './judge-case.ts';
import type { PlantedFault } from './planted-child.ts';

const corpus = await loadCorpus();
const seed = 7;
// Processes are started, and one has to hang for a while.
vi.setConfig({ testTimeout: 120_000 });

async function fuzzed(planted: PlantedFault, options: Partial<FuzzOptions> = {}) {
  const finds: Find[] = [];
  const summary = await fuzz({
    corpus,
    ...{ seed, from: from - 1, cases: 3, seconds: 60, hangMs: 30_000, minimiseMs: 0 },
    maxResidentBytes: 2 ** 30,
    childPath: join(import.meta.dirname, 'planted-child.ts'),
    childArguments: [planted],
    onFind: (find) => void finds.push(find),
    ...options,
  });
  return { finds, summary };
}

/** The first case of a QOI file, where the faults are; its neighbours are of other formats. */
const from = Array.from({ length: 200 }, (_, index) => drawCase(corpus, { seed, index })).findIndex(
  ({ bytes }) => Buffer.from(bytes).toString('latin1', 0, 4) === 'qoif',
);

test.each<[PlantedFault, Fault['kind'], detail: RegExp]>([
  ['hang', 'hang', /^no answer within 4 s$/],
  ['crash', 'crash', /SIGSEGV/],
  ['stray rejection', 'crash', /exit code 1.*Nobody waits for this/s],
  ['too much memory', 'memory', /^Expected at most \d+ MB .* but it took \d+ MB$/],
  ['bug in JavaScript', 'untyped error', /^TypeError: x is not a function/],
])('a %s is found as: %s, and the run goes on', async (planted, kind, detail) => {
  // Only what hangs may be taken for it, however busy the machine is.
  const { finds, summary } = await fuzzed(planted, planted === 'hang' ? { hangMs: 4_000 } : {});
  const fault = { kind, detail: expect.stringMatching(detail) };
  expect(finds).toMatchObject([{ seed, index: from, isReproduced: true, fault }]);
  expect(summary).toMatchObject({ cases: 3, finds: 1, repeatedFinds: 0 });
});

test('a leak that no single case shows is found once the process has grown too far', async () => {
  const options = { from: 0, cases: 300, maxResidentBytes: 700 * 2 ** 20 };
  const { finds } = await fuzzed('leak', options);
  // How often depends on what a fresh process takes.
  expect(finds).not.toEqual([]);
  for (const find of finds) {
    expect(find).toMatchObject({ isReproduced: false, fault: { kind: 'memory' } });
  }
  expect(finds[0]?.index).toBeGreaterThan(from);
});

test('what many cases show is found once, and its file made as small as shows it', async () => {
  const options = { cases: 100, minimiseMs: 10_000 };
  const { finds, summary } = await fuzzed('bug in JavaScript', options);
  expect(finds.map(({ case: { bytes } }) => Buffer.from(bytes).toString('latin1'))).toEqual([
    'qoif',
  ]);
  expect(summary).toMatchObject({ cases: 100, finds: 1 });
  expect(summary.repeatedFinds).toBeGreaterThan(0);
});
