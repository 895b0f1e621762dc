import { loadSharp } from '../load-sharp.ts';
import type { PixelImage } from '../pixel-image.ts';
import type { NamedMethod } from '../recipe/methods.ts';
import { glyphHeight, glyphWidth, isInk } from './bitmap-font.ts';

export interface MethodComparison {
  method: NamedMethod;
  /** Share of the visible contrast that is lost in the gray, from 0 to 1. */
  contrastLoss: number;
  /** The loss is much larger than with another method. */
  isFlagged: boolean;
}

const columns = 4;
/** In pixels: between and around cells. */
const gap = 12;
/** Width and height of a font dot in pixels. */
const dot = 2;
const lineHeight = (glyphHeight + 2) * dot;
const linesBelow = 3;
/** Wide enough for the label `hsl-lightness`, however narrow the image. */
const minCellWidth = 13 * glyphWidth * dot;
const paper = 255;
const ink = 0;

interface Cell {
  lines: string[];
  /** The red, green or blue of a pixel of the image. */
  sample: (pixel: number, channel: number) => number;
}

interface Canvas {
  pixels: Uint8Array;
  width: number;
}

/** Draws a PNG: the original, then each gray, four per row, with name, loss and verdict below. */
export async function drawSheet(
  preview: PixelImage,
  grays: (MethodComparison & { gray: Uint8Array })[],
  recommended: NamedMethod,
): Promise<Uint8Array> {
  const cells: Cell[] = [
    { lines: ['original'], sample: (pixel, k) => preview.pixels[pixel * 3 + k] as number },
    ...grays.map(({ gray, ...comparison }) => ({
      lines: linesOf(comparison, recommended),
      sample: (pixel: number) => gray[pixel] as number,
    })),
  ];
  const across = Math.max(preview.width, minCellWidth) + gap;
  const down = preview.height + gap + linesBelow * lineHeight;
  const width = columns * across + gap;
  const height = Math.ceil(cells.length / columns) * down + gap;
  const canvas = { pixels: new Uint8Array(width * height * 3).fill(paper), width };
  cells.forEach((cell, i) => {
    const left = gap + (i % columns) * across;
    const top = gap + Math.floor(i / columns) * down;
    drawImage(canvas, [left, top], { ...preview, sample: cell.sample });
    cell.lines.forEach((line, k) => {
      drawText(canvas, [left, top + preview.height + 2 * dot + k * lineHeight], line);
    });
  });
  const sharp = await loadSharp();
  return await sharp(canvas.pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

function linesOf(comparison: MethodComparison, recommended: NamedMethod): string[] {
  const { method, contrastLoss, isFlagged } = comparison;
  const verdict = method === recommended ? 'recommended' : isFlagged ? 'flagged' : '';
  return [method, `lost: ${(contrastLoss * 100).toFixed(1)}%`, verdict];
}

type Place = readonly [left: number, top: number];

function drawImage(
  { pixels, width: canvasWidth }: Canvas,
  [left, top]: Place,
  { width, height, sample }: Pick<PixelImage, 'width' | 'height'> & Pick<Cell, 'sample'>,
): void {
  for (let pixel = 0; pixel < width * height; pixel++) {
    const y = top + Math.floor(pixel / width);
    const at = (y * canvasWidth + left + (pixel % width)) * 3;
    for (let k = 0; k < 3; k++) pixels[at + k] = sample(pixel, k);
  }
}

function drawText({ pixels, width }: Canvas, [left, top]: Place, text: string): void {
  for (let y = 0; y < glyphHeight * dot; y++) {
    for (let x = 0; x < text.length * glyphWidth * dot; x++) {
      if (!isInk(text, Math.floor(x / dot), Math.floor(y / dot))) continue;
      const at = ((top + y) * width + left + x) * 3;
      pixels.fill(ink, at, at + 3);
    }
  }
}
