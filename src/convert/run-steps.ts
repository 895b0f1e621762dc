import type { CheckedImage } from './check-image.ts';
import { type Colourfulness, measureColourfulness } from './colour/colourfulness.ts';
import type { Encoded } from './encode/encode.ts';
import { encodeLuma, type LumaFile } from './encode/encode-luma.ts';
import type { LumaPlan } from './encode/luma-plan.ts';
import { type Loss, lossesOf, lossesOfLuma } from './losses.ts';
import { type PixelImage, releasePixels } from './pixel-image.ts';
import { type Step, steps } from './steps.ts';

/** Wall time of each stage in milliseconds. */
export interface StageTimes {
  decodeMs: number;
  grayMs: number;
  encodeMs: number;
}

/** The output file, with the facts that the steps found. */
interface ConvertedFile extends Omit<Encoded, 'grayMs'> {
  width: number;
  /** Height of all frames together. */
  height: number;
  losses: Loss[];
  colourfulness?: Colourfulness;
  missingShare?: number;
  stages: StageTimes;
}

/** Instead of all steps: no pixel is computed. */
const keepLumaStep: Pick<Step<LumaPlan, LumaFile>, 'stage' | 'run'> = {
  stage: 'encode',
  run: (plan, image) => encodeLuma(image, plan),
};

const noPixels = { pixels: new Uint8Array(), width: 0, height: 0, channels: 1 } as const;

/** Runs all steps on an image. */
export async function runSteps(image: CheckedImage): Promise<ConvertedFile> {
  const { run, stages } = createRunner(image);
  const { luma } = image.plan;
  if (luma) {
    const file = await run(keepLumaStep, luma);
    // Gray is neutral; colours are not decoded.
    const isGray = image.file.samples === 'gray';
    const colourfulness = isGray ? measureColourfulness(noPixels) : undefined;
    const facts = { channels: 1, losses: lossesOfLuma(image), stages };
    return { ...file, ...facts, ...(colourfulness && { colourfulness }) };
  }
  const { pixels, ...facts } = await pixelsToEncode(image, run);
  const { grayMs, ...encoded } = await run(steps.encode, pixels);
  releasePixels(pixels, image.bytes);
  // The encoder may have converted colours to gray.
  stages.grayMs += grayMs;
  stages.encodeMs -= grayMs;
  return { ...encoded, width: pixels.width, height: pixels.height, ...facts, stages };
}

/**
 * A separate function, so that the intermediate pixels can be freed when it returns: they may be
 * most of the memory.
 */
async function pixelsToEncode(
  image: CheckedImage,
  run: Run,
): Promise<
  { pixels: PixelImage } & Pick<ConvertedFile, 'losses' | 'colourfulness' | 'missingShare'>
> {
  const { pixels: decoded, damage } = await run(steps.decode, undefined);
  const coloured = await run(steps.colour, decoded);
  const losses = lossesOf(coloured, image, damage !== undefined);
  let { pixels } = coloured;
  const colourfulness = await run(steps.measure, pixels);
  const { deepen, alpha, gray, upright, round } = steps;
  for (const step of [deepen, alpha, gray, upright, round]) {
    const previous = pixels;
    pixels = await run(step, previous);
    if (pixels.pixels.buffer !== previous.pixels.buffer) releasePixels(previous, image.bytes);
  }
  const missingShare = damage?.missingShare;
  return { pixels, losses, colourfulness, ...(missingShare !== undefined && { missingShare }) };
}

type Run = <From, To>(step: Pick<Step<From, To>, 'stage' | 'run'>, from: From) => Promise<To>;

/** Runs steps within the deadline and adds up their times. */
export function createRunner(image: CheckedImage): { run: Run; stages: StageTimes } {
  const stages: StageTimes = { decodeMs: 0, grayMs: 0, encodeMs: 0 };
  return {
    stages,
    async run(step, from) {
      const startedAt = performance.now();
      const made = await image.deadline.step((async () => await step.run(from, image))());
      stages[`${step.stage}Ms`] += performance.now() - startedAt;
      return made;
    },
  };
}
