// The memory layout. Every buffer has a fixed address and size, so an image of any size is encoded in
// the same 3 MB, and addresses are constants for the compiler. The compiler’s own data follow
// (`--memoryBase` in tools/compile-assembly.ts).

/** Gray bytes of a tile: its rows with their margins, and the row above them. */
export const tileBytes: i32 = 131072;
/** The space before a row, for the left neighbours of its first pixels, and after it. */
export const margin: i32 = 16;
/** Bytes of a segment, which is what a stored block holds at most: RFC 1951, 3.2.4. */
export const segmentBytes: i32 = 65535;

/** How far back a match may refer: RFC 1951, 3.2.5. */
export const windowBytes: i32 = 32768;

const slack: usize = 64;

/** Source pixels: at most four bytes for each gray one. Not needed once they are converted. */
export const source: usize = 0;
export const gray: usize = source + 4 * tileBytes + slack;
/** The filtered bytes that were compressed last. */
export const window: usize = (gray + tileBytes + slack + 15) & ~15;
/** Filtered rows that wait for their segment to fill: the rest of a segment, and a tile. */
export const filtered: usize = window + windowBytes;
/** The compressed bytes of a tile. */
export const output: usize = filtered + segmentBytes + tileBytes + slack;
/** A tile, the rest of a segment, and a block that was pending. */
export const outputBytes: usize = 2 * segmentBytes + tileBytes + 1024;
const scratch: usize = (output + outputBytes + 15) & ~15;
/** For the search for matches: 32 bits for each byte of a segment, and one more. */
export const costs: usize = source;
/**
 * The rows of a tile without filters and with them, each after the end of the previous tile’s: what
 * matches could refer to if all tiles were like that.
 */
export const plain: usize = scratch + windowBytes;
export const best: usize = plain + tileBytes + slack + windowBytes;
/** For the other files. */
export const scratchOfLayout: usize = best + tileBytes + slack;
