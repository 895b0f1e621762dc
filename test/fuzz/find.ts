import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arbitrary } from 'fast-check';
import type { CaseRunner } from './case-runner.ts';
import { checkCases } from './check-cases.ts';
import type { DrawnCase, FuzzCase } from './fuzz-case.ts';
import type { Fault } from './judge-case.ts';

/** A fault, and the case that showed it. */
export interface Find {
  seed: number;
  index: number;
  /** The path of the case in fast-check under the seed: the index, and the steps to a simpler case. */
  path: string;
  fault: Fault;
  case: DrawnCase;
  /** True if a new process shows it as well; otherwise it depends on the cases before it, or on timing. */
  isReproduced: boolean;
}

/** Finds with the same signature are probably the same fault. */
export function signatureOf({ fault, case: { format } }: Omit<Find, 'isReproduced'>): string {
  const [firstLine = ''] = fault.detail.split('\n');
  return `${format} ${fault.kind} ${firstLine.replace(/\d+/g, 'N')}`;
}

interface ExamineOptions {
  cases: Arbitrary<DrawnCase>;
  runner: CaseRunner;
  minimiseMs: number;
}

/** Repeats a find in a new process, and makes the case simpler and its file smaller. */
export async function examine(
  find: Omit<Find, 'isReproduced'>,
  { cases, runner, minimiseMs }: ExamineOptions,
): Promise<Find> {
  const until = performance.now() + minimiseMs;
  const isOver = () => performance.now() > until;
  const showsFault = async (fuzzCase: FuzzCase) => {
    const { fault } = await runner.run(fuzzCase);
    return fault?.kind === find.fault.kind && signatureOf({ ...find, fault }) === signatureOf(find);
  };
  await runner.restart();
  let tries = 0;
  const passes = async (drawn: DrawnCase) =>
    (tries++ > 0 && isOver()) || !(await showsFault(drawn));
  const check = { seed: find.seed, path: find.path, numRuns: 1 };
  const { counterexample, counterexamplePath } = await checkCases(cases, passes, check);
  if (!counterexample || !counterexamplePath) return { ...find, isReproduced: false };
  const [simpler] = counterexample;
  const bytes = await minimise(simpler.bytes, async (bytes) =>
    isOver() ? 'no time' : await showsFault({ ...simpler, bytes }),
  );
  return { ...find, path: counterexamplePath, case: { ...simpler, bytes }, isReproduced: true };
}

/** Drops pieces that are not needed to show the fault: halves first, then smaller ones. */
async function minimise(
  bytes: Uint8Array,
  showsFault: (bytes: Uint8Array) => Promise<boolean | 'no time'>,
): Promise<Uint8Array> {
  let smallest = bytes;
  for (let size = bytes.length >> 1; size > 0; size >>= 1) {
    for (let at = smallest.length - size; at >= 0; at -= size) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      const answer = await showsFault(without);
      if (answer === 'no time') return smallest;
      if (answer) smallest = without;
    }
  }
  return smallest;
}

/** A find in the form in which test/convert/fuzz-finds.test.ts keeps and converts it. */
export interface KeptFind extends Pick<FuzzCase, 'recipe' | 'limits'> {
  found: string;
  made: string;
  base64: string;
}

/** Writes it to a file named after its case, and returns the path. */
export async function keepFind(folder: string, { seed, index, ...find }: Find): Promise<string> {
  const { format, made, recipe, limits, bytes } = find.case;
  const [found = ''] = find.fault.detail.split('\n');
  const kept: KeptFind = {
    found: `${find.fault.kind}: ${found}`,
    made,
    recipe,
    limits,
    base64: Buffer.from(bytes).toString('base64'),
  };
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${format}-${seed}-${index}.json`);
  await writeFile(path, `${JSON.stringify(kept, null, 2)}\n`);
  return path;
}
