// The functions that the TypeScript code calls. See README.md one folder up.

import * as layout from './layout';

export const sourceEnd: usize = layout.source + layout.sourceBytes;
export const rows: usize = layout.rows;
export const palette: usize = layout.palette;
export const pixels: usize = layout.pixels;
export const stripBytes: i32 = layout.stripBytes;
export const maxRowBytes: i32 = layout.maxRowBytes;
export const pixelBytes: i32 = layout.pixelBytes;

/** The end of the last buffer, for a test of the layout. */
export function endOfMemory(): usize {
  return layout.endOfLayout;
}

export {
  expandDeepGrayAlpha,
  expandGrayAlpha,
  expandGrays,
  expandIndices,
  swapSamples,
} from './expand';
export { addSource, beginInflate, finishInflate, inflateStrip, makeRoom, nextStrip } from './inflate';
export { beginRows, unfilterRows } from './unfilter';
