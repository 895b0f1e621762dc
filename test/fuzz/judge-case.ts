import {
  ConversionError,
  type ConversionErrorCode,
  compareMethods,
  type GrayImage,
  type ImageSession,
  type Limits,
  openImage,
  type RecipeOptions,
} from '../../src/convert/index.ts';
import { startMemoryWatch } from '../../testing/peak-memory.ts';
import { findOutputFault } from './check-output.ts';
import { findPixelFault } from './check-pixels.ts';
import type { FuzzCase } from './fuzz-case.ts';

/** A fault of the engine that a case shows. */
export interface Fault {
  kind: 'crash' | 'hang' | 'memory' | 'untyped error' | 'wrong answer';
  detail: string;
}

export interface Verdict {
  /** `converted`, the code of a rejection, or why there is neither. */
  outcome: string;
  fault?: Fault;
}

/** The functions under test; a test replaces them with faulty ones. */
export interface Engine {
  open(
    bytes: Uint8Array,
    recipe: RecipeOptions,
    limits: Partial<Limits>,
  ): Promise<Pick<ImageSession, 'memoryBytes' | 'convert' | 'close'>>;
  compare(bytes: Uint8Array, limits: Partial<Limits>): Promise<unknown>;
}

export const defaultEngine: Engine = {
  open: openImage,
  compare: compareMethods,
};

/** An image with a higher estimate is not converted, as production would reject it. */
const budgetBytes = 512 * 2 ** 20;

/**
 * Memory on top of the estimate: garbage that V8 has not yet collected, memory that the allocator keeps,
 * and WebAssembly code compiled on first use.
 */
export const memorySlackBytes = 128 * 2 ** 20;

/** Runs a case and returns what is wrong with the result, if anything. */
export async function judgeCase(
  fuzzCase: FuzzCase,
  engine: Engine = defaultEngine,
): Promise<Verdict> {
  const { bytes, recipe, limits, isCompared } = fuzzCase;
  const given = Buffer.from(bytes);
  const opened = await answerOf(() => engine.open(bytes, recipe, limits), 0);
  if (opened.fault) return opened;
  const { memoryBytes = 0 } = opened.result ?? {};
  if (memoryBytes > budgetBytes) {
    opened.result?.close();
    return { outcome: 'over the budget' };
  }
  const [first, second] = await conversionsOf(fuzzCase, engine, opened);
  const compared = isCompared
    ? await answerOf(() => engine.compare(bytes, limits), memoryBytes)
    : undefined;
  const fault = [first, second, compared].find((answer) => answer?.fault)?.fault;
  if (fault) return { outcome: first.outcome, fault };
  const wrong = given.equals(bytes)
    ? second && findDifference(first, second)
    : 'the input was changed';
  if (wrong) return { outcome: first.outcome, fault: { kind: 'wrong answer', detail: wrong } };
  const outputFault =
    first.result &&
    ((await findOutputFault(fuzzCase, first.result)) ?? findPixelFault(fuzzCase, first.result));
  return {
    outcome: first.outcome,
    ...(outputFault && { fault: { kind: 'wrong answer', detail: outputFault } }),
  };
}

interface Answer<Result> extends Verdict {
  result?: Result;
}

type Opened = Awaited<ReturnType<Engine['open']>>;

/** Converts once, or twice concurrently as in a batch: shared state must not affect the result. */
async function conversionsOf(
  { bytes, recipe, limits, isRepeated }: FuzzCase,
  engine: Engine,
  { result: image, outcome }: Answer<Opened>,
): Promise<[Answer<GrayImage>, Answer<GrayImage> | undefined]> {
  const memoryBytes = (image?.memoryBytes ?? 0) * (isRepeated ? 2 : 1);
  const again = async () => await convertAndClose(await engine.open(bytes, recipe, limits));
  return await Promise.all([
    image ? answerOf(() => convertAndClose(image), memoryBytes) : { outcome },
    isRepeated ? answerOf(again, memoryBytes) : undefined,
  ]);
}

async function convertAndClose(image: Opened): Promise<GrayImage> {
  try {
    return await image.convert();
  } finally {
    image.close();
  }
}

/** Runs a step that may be rejected, and whose memory use is limited. */
async function answerOf<Result>(
  run: () => Promise<Result>,
  memoryBytes: number,
): Promise<Answer<Result>> {
  const grownBytes = startMemoryWatch();
  const answer = await run().then(
    (result): Answer<Result> => ({ outcome: 'converted', result }),
    (error: unknown): Answer<Result> => rejectionOf(error),
  );
  const taken = grownBytes();
  if (answer.fault || taken <= memoryBytes + memorySlackBytes) return answer;
  const detail = `Expected at most ${inMegabytes(memoryBytes)} and ${inMegabytes(memorySlackBytes)} of slack, but it took ${inMegabytes(taken)}`;
  return { outcome: answer.outcome, fault: { kind: 'memory', detail } };
}

function rejectionOf(error: unknown): Verdict {
  if (!(error instanceof ConversionError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome: 'untyped error', fault: { kind: 'untyped error', detail } };
  }
  if (/^[A-Z].*\.$/.test(error.message)) return { outcome: error.code };
  const detail = `Expected sentences in one line as the message of ${error.code} but received ${JSON.stringify(error.message)}`;
  return { outcome: error.code, fault: { kind: 'wrong answer', detail } };
}

/** The deadline is the only limit whose result may differ between runs. */
const byTime = 'CONVERSION_TIMEOUT' satisfies ConversionErrorCode;

function findDifference(first: Answer<GrayImage>, second: Answer<GrayImage>): string | undefined {
  const answers = [first.outcome, second.outcome];
  if (answers.includes(byTime)) return undefined;
  if (answers[0] !== answers[1]) {
    return `the first conversion gives ${first.outcome}, the second ${second.outcome}`;
  }
  const [bytes, more] = [first.result?.bytes, second.result?.bytes].map((b) => b && Buffer.from(b));
  return !bytes || !more || bytes.equals(more) ? undefined : 'the bytes of two conversions differ';
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20)} MB`;
}
