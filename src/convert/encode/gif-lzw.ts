const clearCode = 256;
const endCode = 257;
const maxCodes = 4_096;

/** Encodes bytes as codes of 9 to 12 bits: GIF89a, appendix F. */
export function lzw(bytes: Uint8Array): Uint8Array {
  const writer = bitWriter(bytes.length);
  // The code of each known string plus the byte after it; 0 means none, because codes begin at 258.
  const codes = new Uint16Array(maxCodes * 256);
  const slotOfCode = new Uint32Array(maxCodes);
  let next = endCode + 1;
  let bits = 9;
  writer.write(clearCode, bits);
  let prefix = bytes[0] ?? 0;
  for (let i = 1; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    const slot = prefix * 256 + byte;
    const known = codes[slot] as number;
    if (known > 0) {
      prefix = known;
      continue;
    }
    writer.write(prefix, bits);
    prefix = byte;
    if (next === maxCodes) {
      writer.write(clearCode, bits);
      for (let code = endCode + 1; code < next; code++) codes[slotOfCode[code] as number] = 0;
      next = endCode + 1;
      bits = 9;
      continue;
    }
    if (next === 1 << bits) bits++;
    slotOfCode[next] = slot;
    codes[slot] = next++;
  }
  writer.write(prefix, bits);
  // The reader has added one more string by now.
  writer.write(endCode, next === 1 << bits && bits < 12 ? bits + 1 : bits);
  return writer.finish();
}

/** Writes bits, least significant first, to a growing buffer. */
function bitWriter(expectedBytes: number) {
  let buffer = new Uint8Array(expectedBytes + 64);
  let length = 0;
  let pending = 0;
  let pendingBits = 0;
  return {
    write(code: number, bits: number): void {
      pending |= code << pendingBits;
      pendingBits += bits;
      for (; pendingBits >= 8; pendingBits -= 8, pending >>>= 8) {
        if (length === buffer.length) {
          const larger = new Uint8Array(buffer.length * 2);
          larger.set(buffer);
          buffer = larger;
        }
        buffer[length++] = pending & 255;
      }
    },
    finish(): Uint8Array {
      if (pendingBits > 0) this.write(0, 8 - (pendingBits % 8));
      return buffer.subarray(0, length);
    },
  };
}
