import { requireSimd } from '../gray-png/index.ts';
import type { CheckedImage } from './check-image.ts';
import type { Colourfulness } from './colour/colourfulness.ts';
import {
  areRowsEnough,
  becomesGrayByRows,
  convertRows,
  grayOfRows,
  type RowColours,
  type Rows,
  rowColoursOf,
  rowsOf,
} from './convert-rows.ts';
import type { DecodeOptions } from './decode/decode-tolerant.ts';
import { rowFactsOf } from './decode/rows/row-facts.ts';
import { decodeInThread, UnusableRowsError, usesThread } from './decode/rows/threaded-rows.ts';
import type { Encoded } from './encode/encode.ts';
import { encodeLuma, type LumaFile } from './encode/encode-luma.ts';
import type { LumaPlan } from './encode/luma-plan.ts';
import { type Loss, lossesOf, lossesOfFile } from './losses.ts';
import { type GrayPixels, type PixelImage, releasePixels } from './pixel-image.ts';
import { createRunner, type Run, type Runner, type StageTimes } from './runner.ts';
import { type Step, steps } from './steps.ts';

/** The output file, with the facts that the steps found. */
interface ConvertedFile extends Pick<Encoded, 'bytes' | 'channels'> {
  width: number;
  /** Height of all frames together. */
  height: number;
  losses: Loss[];
  colourfulness?: Colourfulness;
  missingShare?: number;
  stages: StageTimes;
}

/** Runs all steps on an image. */
export async function runSteps(image: CheckedImage): Promise<ConvertedFile> {
  requireSimd();
  const runner = createRunner(image);
  const { luma } = image.plan;
  if (luma) return await keepLuma(image, luma, runner);
  const threaded = await convertThreaded(image, runner);
  if (threaded === 'unusable') return await convertDecoded(image, runner, { isBySharp: true });
  return threaded ?? (await convertDecoded(image, runner));
}

/** Instead of all steps: no pixel is computed. */
const keepLumaStep: Pick<Step<LumaPlan, LumaFile>, 'stage' | 'run'> = {
  stage: 'encode',
  run: (plan, image) => encodeLuma(image, plan),
};

async function keepLuma(
  image: CheckedImage,
  luma: LumaPlan,
  { run, stages }: Runner,
): Promise<ConvertedFile> {
  const file = await run(keepLumaStep, luma);
  const facts = { channels: 1, losses: lossesOfFile(image), stages };
  return { ...file, ...facts };
}

/**
 * Converts a large image while a thread decodes it. Undefined if the file or the recipe do not allow
 * that, and `unusable` if the file turns out not to be whole.
 */
async function convertThreaded(
  image: CheckedImage,
  runner: Runner,
): Promise<ConvertedFile | 'unusable' | undefined> {
  const facts = rowFactsOf(image);
  if (!facts || !usesThread(facts)) return undefined;
  const colours = rowColoursOf(facts, image);
  const isDirect = areRowsEnough(facts, image);
  if (!colours || !(isDirect || becomesGrayByRows(facts, image))) return undefined;
  const rows = { ...facts, ...decodeInThread(image, facts) };
  const losses = lossesOfFile(image, facts);
  try {
    const file = isDirect
      ? await encodeRows(rows, colours, runner)
      : await encodeGrayOf(rows, colours, image, runner);
    return { ...file, losses };
  } catch (error) {
    if (error instanceof UnusableRowsError) return 'unusable';
    throw error;
  }
}

async function convertDecoded(
  image: CheckedImage,
  runner: Runner,
  options: DecodeOptions = {},
): Promise<ConvertedFile> {
  const { pixels, colours, colourfulness, ...found } = await pixelsToEncode(image, runner, options);
  if (colours) {
    const file = await encodeRows(rowsOf(pixels), colours, runner);
    releasePixels(pixels, image.bytes);
    return { ...file, ...found };
  }
  return { ...(await encodeGray(pixels, image, runner)), colourfulness, ...found };
}

type Found = Pick<ConvertedFile, 'losses' | 'missingShare'>;

/** Gray, or the colours that the encoder converts. */
type PixelsToEncode =
  | (Found & { pixels: PixelImage; colours: RowColours; colourfulness?: undefined })
  | (Found & { pixels: GrayPixels; colours?: undefined; colourfulness: Colourfulness });

/**
 * A separate function, so that the intermediate pixels can be freed when it returns: they may be
 * most of the memory.
 */
async function pixelsToEncode(
  image: CheckedImage,
  { run }: Runner,
  options: DecodeOptions,
): Promise<PixelsToEncode> {
  const { pixels: decoded, damage } = await run(steps.decode, options);
  const isTruncated = damage !== undefined;
  const { missingShare } = damage ?? {};
  const missing = missingShare === undefined ? {} : { missingShare };
  const stored = rowsOf(decoded);
  const colours = areRowsEnough(stored, image) ? rowColoursOf(stored, image) : undefined;
  if (colours) {
    const losses = lossesOfFile(image, { bits: stored.bits, isTruncated });
    return { pixels: decoded, colours, losses, ...missing };
  }
  const coloured = await run(steps.colour, decoded);
  const found = { losses: lossesOf(coloured, image, isTruncated), ...missing };
  if (areRowsEnough(rowsOf(coloured.pixels), image)) {
    return { pixels: coloured.pixels, colours: {}, ...found };
  }
  const colourfulness = await run(steps.measure, coloured.pixels);
  return { pixels: await grayOf(coloured.pixels, image, run), colourfulness, ...found };
}

async function grayOf(colours: PixelImage, image: CheckedImage, run: Run): Promise<GrayPixels> {
  const { deepen, alpha, gray } = steps;
  const next = replacing(image, run);
  return await turned(await next(gray, await next(alpha, await next(deepen, colours))), image, run);
}

/** Turned upright and rounded. */
async function turned(gray: GrayPixels, image: CheckedImage, run: Run): Promise<GrayPixels> {
  const next = replacing(image, run);
  return await next(steps.round, await next(steps.upright, gray));
}

/** Runs a step, and frees the pixels that it replaces. */
function replacing({ bytes }: CheckedImage, run: Run) {
  return async <From extends PixelImage, To extends PixelImage>(
    step: Step<From, To>,
    from: From,
  ): Promise<To> => {
    const to = await run(step, from);
    if (to.pixels.buffer !== from.pixels.buffer) releasePixels(from, bytes);
    return to;
  };
}

type File = Omit<ConvertedFile, 'losses'>;

async function encodeGray(
  gray: GrayPixels,
  image: CheckedImage,
  { run, stages }: Runner,
): Promise<File> {
  const { bytes, channels } = await run(steps.encode, gray);
  releasePixels(gray, image.bytes);
  return { bytes, channels, width: gray.width, height: gray.height, stages };
}

/** Converts colours to gray while they arrive, and encodes it when it is complete. */
async function encodeGrayOf(
  rows: Rows,
  colours: RowColours,
  image: CheckedImage,
  runner: Runner,
): Promise<File> {
  const { run, stages } = runner;
  const convert = (from: Rows) => grayOfRows(from, colours);
  const { gray, colourfulness, waitMs } = await run({ stage: 'gray', run: convert }, rows);
  stages.decodeMs += waitMs;
  stages.grayMs -= waitMs;
  const pixels = await turned(gray, image, run);
  return { ...(await encodeGray(pixels, image, runner)), colourfulness };
}

/** Converts colours to gray while they are encoded. */
async function encodeRows(rows: Rows, colours: RowColours, { run, stages }: Runner): Promise<File> {
  const convert = (from: Rows, image: CheckedImage) => convertRows(from, colours, image);
  const { grayMs, waitMs, ...encoded } = await run({ stage: 'encode', run: convert }, rows);
  stages.grayMs += grayMs;
  stages.decodeMs += waitMs;
  stages.encodeMs -= grayMs + waitMs;
  return { ...encoded, width: rows.width, height: rows.height, stages };
}
