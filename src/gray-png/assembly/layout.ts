// Where things are in memory. Everything has a fixed place and size, so that an image of any size is
// encoded in the same megabyte, and addresses are constants to the compiler. The compiler puts its
// own data behind all this (`--memoryBase` in tools/build-kernel.ts).

/** Gray bytes of a tile: rows side by side with their margins, and the row above them. */
export const tileBytes: i32 = 131072;
/** Before a row: what its first pixels have to their left. After it: room to read and write 16. */
export const margin: i32 = 16;
/** Bytes of a block. A stored one holds no more: RFC 1951, 3.2.4. */
export const blockBytes: i32 = 65535;

const slack: usize = 64;

/** Pixels as they come: at most four bytes for each gray one. */
export const source: usize = 0;
export const gray: usize = source + 4 * tileBytes + slack;
/** Filtered rows that wait for their block to fill: what is left of a block, and a tile. */
export const filtered: usize = gray + tileBytes + slack;
/** The compressed bytes of a tile. */
export const output: usize = filtered + blockBytes + tileBytes + slack;
export const outputBytes: usize = blockBytes + tileBytes + 1024;
/** What the parts below work with. */
export const scratch: usize = (output + outputBytes + 15) & ~15;
