/** Unpacks a row of samples of 1, 2, 4 or 8 bits; the leftmost sample is in the highest bits. */
export function unpackRow(packed: Uint8Array, bits: number, row: Uint8Array): void {
  const mask = 2 ** bits - 1;
  for (let x = 0; x < row.length; x++) {
    const bit = x * bits;
    row[x] = ((packed[bit >> 3] as number) >> (8 - bits - (bit & 7))) & mask;
  }
}
