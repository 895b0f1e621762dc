interface LzwVariant {
  /** Bits of the values that are coded: 8, or fewer in a GIF. */
  valueBits: number;
  /** TIFF writes the most significant bit first and widens codes one code early. */
  isTiff: boolean;
}

interface LzwCount {
  /** How many values the codes give. */
  values: number;
  end: 'end code' | 'end of data' | 'unknown code';
}

const maxCodes = 4_096;

/** Counts what LZW codes decode to, without decoding it: GIF89a, appendix F; TIFF 6.0, section 13. */
export function countLzw(data: Uint8Array, { valueBits, isTiff }: LzwVariant): LzwCount {
  const clearCode = 1 << valueBits;
  const lengths = new Uint16Array(maxCodes).fill(1, 0, clearCode);
  let next = clearCode + 2;
  let codeBits = valueBits + 1;
  let [values, previous, pending, pendingBits] = [0, 0, 0, 0];
  for (let at = 0; ; ) {
    for (; pendingBits < codeBits; pendingBits += 8) {
      if (at === data.length) return { values, end: 'end of data' };
      const byte = data[at++] as number;
      pending = isTiff ? (pending << 8) | byte : pending | (byte << pendingBits);
    }
    pendingBits -= codeBits;
    const code = (isTiff ? pending >>> pendingBits : pending) & ((1 << codeBits) - 1);
    pending = isTiff ? pending & ((1 << pendingBits) - 1) : pending >>> codeBits;
    if (code === clearCode + 1) return { values, end: 'end code' };
    if (code === clearCode) {
      [next, codeBits, previous] = [clearCode + 2, valueBits + 1, 0];
      continue;
    }
    const isNew = code === next && previous > 0 && next < maxCodes;
    const isKnown = code < (previous > 0 ? next : clearCode);
    if (!isNew && !isKnown) return { values, end: 'unknown code' };
    const length = isNew ? previous + 1 : (lengths[code] as number);
    if (previous > 0 && next < maxCodes) lengths[next++] = previous + 1;
    if (next + (isTiff ? 1 : 0) >= 1 << codeBits && codeBits < 12) codeBits++;
    values += length;
    previous = length;
  }
}
