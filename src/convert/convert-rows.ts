import {
  type ColourMap,
  isEncodable,
  luma,
  maxWholePixels,
  type PngRows,
} from '../gray-png/index.ts';
import type { CheckedImage } from './check-image.ts';
import { colourMapFor } from './colour/apply-profile.ts';
import { type Colourfulness, createColourMeter } from './colour/colourfulness.ts';
import { profileToApply } from './colour/profile-to-apply.ts';
import { type Encoded, encodeRows, usesPngKernel } from './encode/encode.ts';
import { isReoriented, orientationToApply } from './gray/orient.ts';
import type { GrayPixels, PixelImage } from './pixel-image.ts';
import { methodFacts } from './recipe/methods.ts';

/** Pixels whose rows may still be arriving. */
export type Rows = Omit<PngRows, 'depth'>;

/**
 * Whether the PNG encoder can do what is left after decoding, row by row: convert colours, and make
 * them gray.
 */
export function areRowsEnough(
  { channels, bits, width }: Pick<Rows, 'channels' | 'bits' | 'width'>,
  image: CheckedImage,
): boolean {
  const { recipe, plan } = image;
  const isTurned = isReoriented(orientationToApply(image));
  if (!usesPngKernel(recipe, plan.format) || isTurned || width > maxWholePixels) return false;
  const isGray = channels === 1 && !methodFacts(recipe.method).changesNeutral;
  const becomesGray = channels > 2 && recipe.method === 'rec601';
  const keepsAlpha = channels !== 4 || recipe.alpha === 'keep';
  const { depth } = plan;
  return (
    (isGray || becomesGray) && keepsAlpha && depth > 4 && isEncodable({ channels, bits, depth })
  );
}

/** Whether rows of these pixels become gray by Rec. 601 one by one, to be turned, rounded and encoded later. */
export function becomesGrayByRows(
  { channels, bits, width }: Pick<Rows, 'channels' | 'bits' | 'width'>,
  { recipe, plan }: CheckedImage,
): boolean {
  const isSuited = channels === 3 && bits === 8 && width <= maxWholePixels;
  return isSuited && recipe.method === 'rec601' && plan.depth <= 8;
}

/** How the encoder converts colours to sRGB: by a map, or not at all. */
export interface RowColours {
  map?: ColourMap | undefined;
}

/** Undefined if the encoder cannot convert the colours of these rows to sRGB. */
export function rowColoursOf(
  rows: Pick<Rows, 'bits' | 'channels' | 'width' | 'height'>,
  { file, recipe }: CheckedImage,
): RowColours | undefined {
  if (file.decoder || (file.samples !== 'rgb' && file.samples !== 'gray')) return undefined;
  const profile = recipe.colour === 'managed' ? profileToApply(file) : undefined;
  // sharp applies tables.
  if (!profile || profile.kind === 'table') return {};
  const map = rows.bits === 8 && rows.channels > 2 ? colourMapFor(profile, rows) : undefined;
  return map && { map };
}

/** What converting rows finds out about them. */
interface RowResults {
  colourfulness: Colourfulness;
  /** Milliseconds spent waiting for rows. */
  waitMs: number;
}

/** Converts rows to gray and encodes them as they arrive. */
export async function convertRows(
  rows: Rows,
  colours: RowColours,
  image: CheckedImage,
): Promise<Encoded & RowResults> {
  const { meter, ...hooks } = hooksOf(rows, colours);
  const encoded = await encodeRows(rows, image, hooks);
  return { ...encoded, colourfulness: meter.result() };
}

/** Converts rows to gray as they arrive. */
export async function grayOfRows(
  rows: Rows,
  colours: RowColours,
): Promise<RowResults & { gray: GrayPixels }> {
  const { meter, ...hooks } = hooksOf(rows, colours);
  const { waitMs, ...gray } = await luma(rows, hooks);
  const { width, height } = rows;
  return { gray: { ...gray, width, height }, colourfulness: meter.result(), waitMs };
}

function hooksOf(rows: Rows, { map }: RowColours) {
  const meter = createColourMeter(rows);
  const onRows = (bytes: Uint8Array, y: number) => meter.add(samplesOf(bytes, rows), y);
  return { meter, colours: map, onRows };
}

function samplesOf(bytes: Uint8Array, { bits }: Rows) {
  return bits === 8 ? bytes : new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
}

/** The rows of pixels that are there already. */
export function rowsOf({ pixels, ...facts }: PixelImage): Rows {
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return { ...facts, bits: pixels.BYTES_PER_ELEMENT === 1 ? 8 : 16, bands: () => [bytes] };
}
