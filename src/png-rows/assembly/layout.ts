// The memory layout. Every buffer has a fixed address and size, so an image of any size is decoded in
// the same heap. The compiler’s own data follow (`png-rows` in tools/compile-assembly.ts).

/** How far back a match may refer: RFC 1951, 3.2.5. */
export const windowBytes: i32 = 32768;
/** Compressed bytes that are in the heap at the same time. */
export const sourceBytes: i32 = 65536;
/** Zeros after the last of them; no header of a block is longer: RFC 1951, 3.2.7. */
export const paddingBytes: i32 = 1024;
/** A row as stored, with its filter. */
export const maxRowBytes: i32 = 262144;
/** Rows of this size are decoded together, or a single row. */
export const stripBytes: i32 = 131072;
/** Pixels of a strip after their expansion. */
export const pixelBytes: i32 = 524288;

/** Space after a buffer, because whole vectors are read and written at its end. */
const slack: usize = 64;
/** The longest match, which may begin before the end of a strip. */
const maxMatch: usize = 258;

/** Bits that are looked up together. Longer codes are in a second table: see tables.ts. */
export const literalBits: u32 = 12;
export const distanceBits: u32 = 9;

export const source: usize = 0;
export const literalTable: usize = source + sourceBytes + paddingBytes + slack;
const literalEntries: usize = 8192;
export const distanceTable: usize = literalTable + 4 * literalEntries;
const distanceEntries: usize = 1024;
/** The code lengths of a block. */
export const lengths: usize = distanceTable + 4 * distanceEntries;
/** Symbols in the order of their codes. */
export const sorted: usize = lengths + 512;
/** The start of the table of literals without pairs. */
export const singles: usize = sorted + 2 * 320;
/** Inflated bytes: a window, and the strip. */
export const window: usize = singles + (4 << literalBits);
export const strip: usize = window + windowBytes;
/** Rows without filters, after the row above them. */
export const above: usize = (strip + maxRowBytes + maxMatch + slack + 63) & ~63;
export const rows: usize = above + maxRowBytes + slack;
/** Between pixels that are written and the indices of which they are made. */
export const indexGap: usize = 64;
/** Entries of the palette as RGBA. */
export const palette: usize = rows + maxRowBytes + slack;
export const pixels: usize = palette + 4 * 256;
export const endOfLayout: usize = pixels + pixelBytes + indexGap + slack;
