import { readCopyright } from './copyright/read-copyright.ts';
import type { Deadline } from './deadline.ts';
import { unwrapIcon } from './decode/own-decoders.ts';
import { countEmbeddedPixels, embeddedPixelBytes } from './decode/svg/embedded-images.ts';
import { svgText } from './decode/svg/svg-text.ts';
import { type OutputPlan, planOutput } from './encode/output-plan.ts';
import { ConversionError } from './errors.ts';
import { identifyForeignFormat } from './formats/foreign-formats.ts';
import { detectInputFormat, type InputFormat, inputFormats } from './formats/input-formats.ts';
import { outputFormats } from './formats/output-formats.ts';
import { plainContent } from './formats/plain-content.ts';
import { readHeader } from './formats/read-header.ts';
import type { SourceFile, SourceImage } from './formats/source-file.ts';
import { type Limits, limitNames } from './limits.ts';
import { tooLargeError } from './read-input.ts';
import type { Recipe } from './recipe/recipe-options.ts';

/** The recipe, limits and deadline of a conversion. */
export interface Terms {
  recipe: Recipe;
  limits: Limits;
  deadline: Deadline;
}

/** A source within the limits, with everything its conversion needs. */
export interface CheckedImage extends Terms {
  /** The bytes of the image itself if the file is a container. */
  bytes: Uint8Array;
  file: SourceFile;
  plan: OutputPlan;
}

/**
 * Reads the header and checks it against all limits without decoding a pixel. The recipe affects
 * how large the image may be. Throws `ConversionError`.
 */
export async function checkImage(bytes: Uint8Array, terms: Terms): Promise<CheckedImage> {
  const { recipe, limits, deadline } = terms;
  checkBytes(bytes, limits.maxBytes);
  const inner = unwrapIcon(bytes);
  const format = acceptedFormat(inner, recipe);
  const content = plainContent(inner, format, recipe);
  // Checked before libvips reads the SVG, because libvips may draw it to find its size.
  const embeddedPixels = format === 'svg' ? await countEmbeddedPixels(svgText(content)) : 0;
  checkEmbedded(embeddedPixels, limits.maxPixels);
  const header = await readHeader(content, format, { ...recipe, deadline });
  const copiedBytes = content === inner ? 0 : content.length;
  const extraBytes = (header.extraBytes ?? 0) + embeddedPixels * embeddedPixelBytes + copiedBytes;
  const sourceImage = { ...header.image, sizeBytes: inner.length };
  const copyright =
    recipe.metadata === 'copyright'
      ? await readCopyright(inner, format, () => deadline.check())
      : undefined;
  const file = { ...header, image: sourceImage, extraBytes, ...(copyright && { copyright }) };
  checkPages(file.image, limits.maxPages);
  const plan = await planOutput(content, file, recipe);
  checkPixels(file.image, plan, limits.maxPixels);
  checkSides(file.image, plan);
  return { ...terms, bytes: content, file, plan };
}

export function checkBytes(bytes: Uint8Array, maxBytes: number): void {
  if (bytes.length === 0) {
    throw new ConversionError('EMPTY_OBJECT', 'Expected an image but received 0 bytes.');
  }
  if (bytes.length > maxBytes) throw tooLargeError(maxBytes, bytes.length);
}

function acceptedFormat(bytes: Uint8Array, { allowSvg }: Recipe): InputFormat {
  const format = detectInputFormat(bytes);
  if (format && (format !== 'svg' || allowSvg)) return format;
  const accepted = Object.entries(inputFormats)
    .filter(([format]) => format !== 'svg' || allowSvg)
    .map(([, { name }]) => name);
  const { name, cure } = identifyForeignFormat(bytes);
  throw new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected ${accepted.slice(0, -1).join(', ')} or ${accepted.at(-1)} but the content looks like ${name}. ${cure}`,
  );
}

function checkPages({ pages }: SourceImage, maxPages: number): void {
  if (pages <= maxPages) return;
  throw new ConversionError(
    'TOO_MANY_PAGES',
    `Expected at most ${maxPages} pages or frames but the file has ${pages}. Raise the limit ${limitNames.maxPages} to accept it.`,
  );
}

export function checkPixels(
  { width, height }: SourceImage,
  { frames }: OutputPlan,
  maxPixels: number,
) {
  const pixels = width * height * frames;
  if (pixels <= maxPixels) return;
  const [inFrames, cure] =
    frames > 1 ? [` x ${frames} frames`, ', or convert only the first frame'] : ['', ''];
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxPixels} pixels but the image has ${width} x ${height}${inFrames} = ${pixels}. Raise the limit ${limitNames.maxPixels} to accept it${cure}.`,
  );
}

function checkEmbedded(embeddedPixels: number, maxPixels: number): void {
  if (embeddedPixels <= maxPixels) return;
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxPixels} pixels but the images inside the SVG have ${embeddedPixels}. Raise the limit ${limitNames.maxPixels} to accept it.`,
  );
}

function checkSides({ width, height }: SourceImage, { format }: OutputPlan): void {
  const { name, maxSide } = outputFormats[format];
  if (Math.max(width, height) <= maxSide) return;
  throw new ConversionError(
    'IMAGE_TOO_LARGE',
    `Expected at most ${maxSide} pixels per side, the maximum for ${name}, but the image has ${width} x ${height}. Choose another output format.`,
  );
}
