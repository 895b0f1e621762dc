import { startDeadline } from './deadline.ts';
import { unwrapped } from './decode/own-decoders.ts';
import { embeddedPixelsOf } from './decode/svg/embedded-images.ts';
import { plainSvg, svgText } from './decode/svg/svg-text.ts';
import { type OutputPlan, planOutput } from './encode/output-plan.ts';
import { ConversionError } from './errors.ts';
import { foreignFormatOf } from './formats/foreign-formats.ts';
import { type InputFormat, inputFormatOf, inputFormats } from './formats/input-formats.ts';
import { outputFormats } from './formats/output-formats.ts';
import { readHeader, type SourceFile, type SourceImage } from './formats/read-header.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { estimateMemoryBytes } from './memory.ts';
import { type RecipeOptions, resolveRecipe } from './recipe/recipe.ts';
import type { Recipe } from './recipe/recipe-options.ts';

/** A source that is within the limits. */
export interface ImageHeader extends SourceImage {
  /** Upper estimate of what converting allocates, besides the source’s own bytes. */
  memoryBytes: number;
}

/** A source that is within the limits, and what becomes of it. */
interface OpenedImage {
  /** Of the image itself, where the file is a wrapping. */
  bytes: Uint8Array;
  file: SourceFile;
  plan: OutputPlan;
}

/**
 * Reads the header and checks it against all limits; no pixel is decoded. The recipe matters to how
 * large the image may be and how much memory it takes. Throws `ConversionError`.
 */
export async function inspectImage(
  bytes: Uint8Array,
  limits: Partial<Limits> = {},
  recipe: RecipeOptions = {},
): Promise<ImageHeader> {
  const resolved = resolveRecipe(recipe);
  const resolvedLimits = resolveLimits(limits);
  const deadline = startDeadline(resolvedLimits.timeoutMs);
  const { file, plan } = await deadline.step(openImage(bytes, resolvedLimits, resolved));
  return { ...file.image, memoryBytes: estimateMemoryBytes(file, plan, resolved) };
}

/** The same, for whoever goes on to decode it. */
export async function openImage(
  bytes: Uint8Array,
  { maxBytes, maxPages, maxPixels, timeoutMs }: Limits,
  recipe: Recipe,
): Promise<OpenedImage> {
  checkBytes(bytes, maxBytes);
  const deadline = startDeadline(timeoutMs);
  const inner = unwrapped(bytes);
  const format = acceptedFormat(inner, recipe);
  const content = format === 'svg' ? plainSvg(inner) : inner;
  // Before libvips reads it, as it may need to draw an SVG to know its size.
  const embeddedPixels = format === 'svg' ? await embeddedPixelsOf(svgText(content)) : 0;
  checkEmbedded(embeddedPixels, maxPixels);
  const file = { ...(await readHeader(content, format, { ...recipe, deadline })), embeddedPixels };
  checkPages(file.image, maxPages);
  const plan = await planOutput(content, file, recipe);
  checkPixels(file.image, plan, maxPixels);
  checkSides(file.image, plan);
  return { bytes: content, file, plan };
}

export function checkBytes(bytes: Uint8Array, maxBytes: number): void {
  // sharp would take a string for the name of a file, and open it.
  if (!(bytes instanceof Uint8Array)) throw new TypeError('Expected the image as a Uint8Array');
  if (bytes.length === 0) {
    throw new ConversionError('EMPTY_OBJECT', 'Expected an image but received 0 bytes.');
  }
  if (bytes.length > maxBytes) {
    throw new ConversionError(
      'FILE_TOO_LARGE',
      `Expected at most ${maxBytes} bytes but received ${bytes.length}. Raise the limit maxBytes to take it.`,
    );
  }
}

function acceptedFormat(bytes: Uint8Array, { allowSvg }: Recipe): InputFormat {
  const format = inputFormatOf(bytes);
  if (format && (format !== 'svg' || allowSvg)) return format;
  const accepted = Object.entries(inputFormats)
    .filter(([format]) => format !== 'svg' || allowSvg)
    .map(([, { name }]) => name);
  const { name, cure } = foreignFormatOf(bytes);
  throw new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected ${accepted.slice(0, -1).join(', ')} or ${accepted.at(-1)} but the content looks like ${name}. ${cure}`,
  );
}

function checkPages({ pages }: SourceImage, maxPages: number): void {
  if (pages <= maxPages) return;
  throw new ConversionError(
    'TOO_MANY_PAGES',
    `Expected at most ${maxPages} pages or frames but the file has ${pages}. Raise the limit maxPages to take it.`,
  );
}

export function checkPixels(
  { width, height }: SourceImage,
  { frames }: Pick<OutputPlan, 'frames'>,
  maxPixels: number,
) {
  const pixels = width * height * frames;
  if (pixels <= maxPixels) return;
  const [inFrames, cure] =
    frames > 1 ? [` x ${frames} frames`, ', or convert the first'] : ['', ''];
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxPixels} pixels but the image has ${width} x ${height}${inFrames} = ${pixels}. Raise the limit maxPixels to take it${cure}.`,
  );
}

function checkEmbedded(embeddedPixels: number, maxPixels: number): void {
  if (embeddedPixels <= maxPixels) return;
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxPixels} pixels but the pictures inside the SVG have ${embeddedPixels}. Raise the limit maxPixels to take it.`,
  );
}

function checkSides({ width, height }: SourceImage, { format }: OutputPlan): void {
  const { name, maxSide } = outputFormats[format];
  if (Math.max(width, height) <= maxSide) return;
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxSide} pixels on a side, as ${name} can hold, but the image has ${width} x ${height}. Choose another output format.`,
  );
}
