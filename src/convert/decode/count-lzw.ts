interface LzwVariant {
  /** Bits of the values that are coded: 8, or fewer in a GIF. */
  valueBits: number;
  /** TIFF writes the most significant bit first and widens codes one code early. */
  isTiff: boolean;
  /** How many values there should be; stops if there are many more. */
  maxValues: number;
}

interface LzwCount {
  /** How many values the codes give. */
  values: number;
  end: 'end code' | 'end of data' | 'unknown code';
}

const maxCodes = 4_096;

/** Counts what LZW codes decode to, without decoding it: GIF89a, appendix F; TIFF 6.0, section 13. */
export function countLzw(data: Uint8Array, { valueBits, isTiff, maxValues }: LzwVariant): LzwCount {
  const clearCode = 1 << valueBits;
  const endCode = clearCode + 1;
  const early = isTiff ? 1 : 0;
  const lengths = new Uint16Array(maxCodes).fill(1, 0, clearCode);
  let next = endCode + 1;
  let codeBits = valueBits + 1;
  let values = 0;
  /** The length of the previous string; 0 after a clear code. */
  let previous = 0;
  let pending = 0;
  let pendingBits = 0;
  let at = 0;
  for (;;) {
    while (pendingBits < codeBits) {
      if (at === data.length) return { values, end: 'end of data' };
      const byte = data[at++] as number;
      pending = isTiff ? (pending << 8) | byte : pending | (byte << pendingBits);
      pendingBits += 8;
    }
    pendingBits -= codeBits;
    const mask = (1 << codeBits) - 1;
    const code = isTiff ? (pending >>> pendingBits) & mask : pending & mask;
    if (!isTiff) pending >>>= codeBits;
    if (code === endCode) return { values, end: 'end code' };
    if (code === clearCode) {
      next = endCode + 1;
      codeBits = valueBits + 1;
      previous = 0;
      continue;
    }
    const isFirst = previous === 0;
    const isNew = code === next && !isFirst && next < maxCodes;
    if (!isNew && code >= (isFirst ? clearCode : next)) return { values, end: 'unknown code' };
    const length = isNew ? previous + 1 : (lengths[code] as number);
    if (!isFirst && next < maxCodes) lengths[next++] = previous + 1;
    if (codeBits < 12 && next + early >= 1 << codeBits) codeBits++;
    values += length;
    if (values > 2 * maxValues + maxCodes) return { values, end: 'end of data' };
    previous = length;
  }
}
