// From the samples of a strip, a row of MCUs, to pixels.

import { convert } from './colour';
import { enlarge, isTall, isWide, setChromaShape } from './upsample';

// Each component has the row above the strip, then the rows of the strip.
let luma: usize = 0;
let lumaStride: usize = 0;
let blue: usize = 0;
let red: usize = 0;
let chromaStride: usize = 0;
let chromaRows: i32 = 0;
let width: i32 = 0;
let channels: i32 = 1;
/** Rows of chroma as wide as the image. */
let wideBlue: usize = 0;
let wideRed: usize = 0;
let output: usize = 0;

export function beginRows(
  imageWidth: i32,
  imageChannels: i32,
  lumaAt: usize,
  stride: usize,
  outputAt: usize,
): void {
  width = imageWidth;
  channels = imageChannels;
  luma = lumaAt;
  lumaStride = stride;
  output = outputAt;
}

/** `scratch` has space for 2 rows of chroma, 2 of luma and 128 bytes. */
export function setChroma(
  blueAt: usize,
  redAt: usize,
  stride: usize,
  columns: i32,
  rows: i32,
  wide: bool,
  tall: bool,
  scratch: usize,
): void {
  blue = blueAt;
  red = redAt;
  chromaStride = stride;
  chromaRows = rows;
  setChromaShape(columns, wide, tall, scratch);
  wideBlue = scratch + chromaStride * 2 + 64;
  wideRed = wideBlue + lumaStride;
}

/** Writes rows of pixels. `top` is the first row of the strip. */
export function putRows(first: i32, end: i32, top: i32): void {
  let to = output;
  for (let y = first; y < end; y++, to += width * channels) {
    const from = luma + <usize>(y - top) * lumaStride;
    if (channels == 1) memory.copy(to, from, width);
    else if (isTall) putTall(y, top, from, to);
    else putColours(from, <usize>(y - top) * chromaStride, 0, true, to);
  }
}

/** Two rows for each of chroma: the second nearest is above, then below. libjpeg repeats the borders. */
function putTall(y: i32, top: i32, from: usize, to: usize): void {
  const chromaTop = top >> 1;
  const row = y >> 1;
  const isUpper = (y & 1) == 0;
  const next = isUpper ? max(row - 1, 0) : min(row + 1, chromaRows - 1);
  const near = <usize>(row - chromaTop) * chromaStride;
  putColours(from, near, <usize>(next - chromaTop) * chromaStride, isUpper, to);
}

function putColours(from: usize, near: usize, far: usize, isUpper: bool, to: usize): void {
  if (!isWide && !isTall) return convert(from, blue + near, red + near, width, to);
  enlarge(blue + near, blue + far, isUpper, wideBlue);
  enlarge(red + near, red + far, isUpper, wideRed);
  convert(from, wideBlue, wideRed, width, to);
}

/** Keeps the last rows of a strip of so many luma rows for the next one. */
export function keepLastRows(rows: i32): void {
  memory.copy(luma - lumaStride, luma + <usize>(rows - 1) * lumaStride, lumaStride);
  const last = <usize>((rows >> 1) - 1) * chromaStride;
  memory.copy(blue - chromaStride, blue + last, chromaStride);
  memory.copy(red - chromaStride, red + last, chromaStride);
}
