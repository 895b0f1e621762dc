// The memory layout. The buffers below have fixed addresses and sizes. What grows with the image, its
// coefficients, follows at `heapStart`, where the caller allocates it.

/** A part of the file. */
export const sourceBytes: i32 = 65536;
/** Space after a buffer, because whole words are read and written at its end. */
const slack: usize = 64;

/** Bytes that one block can take: 64 codes of 16 bits, each with a value of up to 15 bits. */
export const blockBytes: i32 = 256;
/** Blocks of an MCU: four components of 4 x 4. */
const maxBlocks: i32 = 64;
/** Ones after the end of the data, which one block cannot exhaust. */
export const paddingBytes: i32 = blockBytes + 64;

export const source: usize = 0;
/** Data without stuffing: a part that was not read yet, and a new part. */
export const stream: usize = source + sourceBytes + slack;
const streamBytes: i32 = sourceBytes + (maxBlocks + 1) * blockBytes + paddingBytes;
/** Huffman tables for reading: two for each component of a scan. */
export const tables: usize = stream + streamBytes + slack;
export const tableBytes: i32 = 8704;
/** The components of a scan. */
export const parts: usize = tables + 8 * tableBytes;
export const partBytes: i32 = 64;
/** How often each symbol occurs: 256 of DC, then 256 of AC. */
export const counts: usize = parts + 4 * partBytes;
/** The codes for writing, in the same order. */
export const codes: usize = counts + 512 * 4;
/** Where each coefficient of a turned block goes, and whether its sign changes. */
export const moves: usize = codes + 512 * 4;
/** The coefficients of a turned block. */
export const turned: usize = moves + 64 * 2;
/** How many blocks have each chroma. */
export const chromaCounts: usize = turned + 64 * 2;
export const output: usize = chromaCounts + 256 * 4;
/** Written data are fetched when they exceed this. */
export const outputBytes: i32 = 65536;
/** The dequantized coefficients of a block, row by row, and their transforms. */
export const block: usize = output + outputBytes + 2 * blockBytes + slack;
export const work: usize = block + 128;
/** For each component 64 entries, and space for those of a run beyond the last: see pixels.ts. */
export const dequantizers: usize = work + 128;
export const dequantizerBytes: i32 = 320;
/** The compiler’s own data follow: `gray-jpeg` in tools/compile-assembly.ts. */
export const endOfLayout: usize = dequantizers + 3 * dequantizerBytes;

/** The first address that the caller may use. */
export const heapStart: usize = 0x60000;
