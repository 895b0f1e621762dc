import {
  ConversionError,
  type ConversionErrorCode,
  compareMethods,
  type GrayImage,
  inspectImage,
  type Limits,
  type RecipeOptions,
  toGrayscale,
} from '../../src/convert/index.ts';
import { wrongOutput } from './check-output.ts';
import type { FuzzCase } from './draw-case.ts';
import { startMemoryWatch } from './peak-memory.ts';

/** What is wrong with the engine, as a case shows it. */
export interface Fault {
  kind: 'crash' | 'hang' | 'memory' | 'untyped error' | 'wrong answer';
  detail: string;
}

export interface Verdict {
  /** `converted`, the code of a refusal, or why it did not come to either. */
  outcome: string;
  fault?: Fault;
}

/** The functions that a case is put to. A test puts faulty ones in their place. */
export interface Engine {
  inspect(...args: Parameters<typeof inspectImage>): Promise<{ memoryBytes: number }>;
  convert(bytes: Uint8Array, recipe: RecipeOptions, limits: Partial<Limits>): Promise<GrayImage>;
  compare(bytes: Uint8Array, limits: Partial<Limits>): Promise<unknown>;
}

export const theEngine: Engine = {
  inspect: inspectImage,
  convert: toGrayscale,
  compare: compareMethods,
};

/** What is estimated to take more is not converted, as production would refuse it. */
const budgetBytes = 512 * 2 ** 20;

/**
 * Besides what is estimated: garbage that V8 has not yet collected, memory that the allocator keeps,
 * code of WebAssembly that is compiled on its first use.
 */
export const memorySlackBytes = 128 * 2 ** 20;

/** Puts a case to the engine and says what is wrong with the answer, if anything. */
export async function judgeCase(fuzzCase: FuzzCase, engine: Engine = theEngine): Promise<Verdict> {
  const { bytes, recipe, limits, isRepeated, isCompared } = fuzzCase;
  const given = Buffer.from(bytes);
  const inspected = await answerOf(() => engine.inspect(bytes, limits, recipe), 0);
  if (inspected.fault) return inspected;
  const { memoryBytes = 0 } = inspected.result ?? {};
  if (memoryBytes > budgetBytes) return { outcome: 'over the budget' };

  const times = isRepeated ? 2 : 1;
  const convert = () => answerOf(() => engine.convert(bytes, recipe, limits), memoryBytes * times);
  // Side by side, as a batch is converted: what they share must not make them differ.
  const [first, second] = await Promise.all(
    isRepeated ? [convert(), convert()] : [convert(), undefined],
  );
  const compared = isCompared
    ? await answerOf(() => engine.compare(bytes, limits), memoryBytes)
    : undefined;
  const fault = [first, second, compared].find((answer) => answer?.fault)?.fault;
  if (fault) return { outcome: first.outcome, fault };
  const wrong = given.equals(bytes)
    ? (wrongRefusal(inspected, first) ?? (second && wrongRepetition(first, second)))
    : 'the input was written to';
  if (wrong) return { outcome: first.outcome, fault: { kind: 'wrong answer', detail: wrong } };
  const inOutput = first.result && (await wrongOutput(fuzzCase, first.result));
  return {
    outcome: first.outcome,
    ...(inOutput && { fault: { kind: 'wrong answer', detail: inOutput } }),
  };
}

interface Answer<Result> extends Verdict {
  result?: Result;
}

/** Runs something that may be refused, and may take so much memory. */
async function answerOf<Result>(
  run: () => Promise<Result>,
  memoryBytes: number,
): Promise<Answer<Result>> {
  const grownBytes = startMemoryWatch();
  const answer = await run().then(
    (result): Answer<Result> => ({ outcome: 'converted', result }),
    (error: unknown): Answer<Result> => refusalOf(error),
  );
  const taken = grownBytes();
  if (answer.fault || taken <= memoryBytes + memorySlackBytes) return answer;
  const detail = `Expected at most ${inMegabytes(memoryBytes)} and ${inMegabytes(memorySlackBytes)} of slack, but it took ${inMegabytes(taken)}`;
  return { outcome: answer.outcome, fault: { kind: 'memory', detail } };
}

function refusalOf(error: unknown): Verdict {
  if (!(error instanceof ConversionError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'untyped error', fault: { kind: 'untyped error', detail } };
  }
  if (/^[A-Z].*\.$/.test(error.message)) return { outcome: error.code };
  const detail = `Expected sentences in one line as the message of ${error.code} but received ${JSON.stringify(error.message)}`;
  return { outcome: error.code, fault: { kind: 'wrong answer', detail } };
}

/** Time is the one limit that does not always end the same. */
const byTime = 'CONVERSION_TIMEOUT' satisfies ConversionErrorCode;

function wrongRefusal(inspected: Verdict, converted: Verdict): string | undefined {
  const isRefused = inspected.outcome !== 'converted';
  const answers = [inspected.outcome, converted.outcome];
  if (!isRefused || answers[0] === answers[1] || answers.includes(byTime)) return undefined;
  return `inspectImage says ${inspected.outcome}, but toGrayscale ${converted.outcome}`;
}

function wrongRepetition(first: Answer<GrayImage>, second: Answer<GrayImage>): string | undefined {
  const answers = [first.outcome, second.outcome];
  if (answers.includes(byTime)) return undefined;
  if (answers[0] !== answers[1]) {
    return `one time it is ${first.outcome}, the other time ${second.outcome}`;
  }
  const [bytes, more] = [first.result?.bytes, second.result?.bytes].map((b) => b && Buffer.from(b));
  return !bytes || !more || bytes.equals(more) ? undefined : 'of two conversions the bytes differ';
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
