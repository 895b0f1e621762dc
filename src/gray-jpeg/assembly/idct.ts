// The inverse DCT of libjpeg’s `islow`: the algorithm of Loeffler, Ligtenberg and Moschytz (ICASSP 1989,
// with 12 multiplications) with factors of 13 bits. The columns come first, with 2 more bits.
// Sums of two inputs have 16 bits and may overflow; all other values are clamped when they become
// shorter. libjpeg-turbo’s SIMD code does the same; its C code gives other samples for coefficients
// that are far out of range.

import { transformAll, transformFour } from './eight-values';
import { put, transposeAll, transposeLeft } from './lanes';
import { block, work } from './layout';
import { putSamples } from './put-samples';

/** What `transform` must know about the coefficients of a block: flags of those that are not zero. */
export const hasAc: u32 = 1 << 8;
/** Below the first row. */
export const hasRows: u32 = 1 << 9;
/** Below the fourth row. */
export const hasLowRows: u32 = 1 << 10;
/** Right of the fourth column. */
export const hasRightColumns: u32 = 1 << 11;

/** The columns if only the first row is not zero: without clamping, as in libjpeg-turbo. */
function spreadFirstRow(): void {
  const row = i16x8.shl(v128.load(block), 2);
  put(0, i16x8.splat(i16x8.extract_lane_s(row, 0)));
  put(1, i16x8.splat(i16x8.extract_lane_s(row, 1)));
  put(2, i16x8.splat(i16x8.extract_lane_s(row, 2)));
  put(3, i16x8.splat(i16x8.extract_lane_s(row, 3)));
  put(4, i16x8.splat(i16x8.extract_lane_s(row, 4)));
  put(5, i16x8.splat(i16x8.extract_lane_s(row, 5)));
  put(6, i16x8.splat(i16x8.extract_lane_s(row, 6)));
  put(7, i16x8.splat(i16x8.extract_lane_s(row, 7)));
}

/** A block whose samples are all equal. */
function putFlat(to: usize, stride: usize): void {
  const dc = <i32>(<i16>(load<i16>(block) << 2));
  const sample = min(max(((dc + 16) >> 5) + 128, 0), 255);
  const row = <u64>sample * 0x0101010101010101;
  for (let i = 0; i < 8; i++, to += stride) store<u64>(to, row);
}

/** Transforms the dequantized coefficients in `block` to 8 rows of 8 samples. */
export function transform(flags: u32, to: usize, stride: usize): void {
  if ((flags & hasAc) == 0) return putFlat(to, stride);
  if ((flags & hasRows) == 0) spreadFirstRow();
  else {
    if ((flags & hasLowRows) == 0) transformFour(block, 11);
    else transformAll(block, 11);
    if ((flags & hasRightColumns) == 0) transposeLeft();
    else transposeAll();
  }
  if ((flags & hasRightColumns) == 0) transformFour(work, 18);
  else transformAll(work, 18);
  putSamples(to, stride);
}
