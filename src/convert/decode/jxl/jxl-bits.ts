/** One of four encodings of a number: `add` plus a number of `bits` bits. */
type NumberForm = readonly [add: number, bits: number];

/** Reads JPEG XL’s headers, least significant bit first: ISO/IEC 18181-1, B.2. */
export interface JxlBits {
  bits(count: number): number;
  flag(): boolean;
  /** Two bits select which of the four forms follows. */
  number(...forms: readonly [NumberForm, NumberForm, NumberForm, NumberForm]): number;
  enumerated(): number;
}

/** Reading past the end throws a `RangeError`. */
export function jxlBits(bytes: Uint8Array, start: number): JxlBits {
  let at = start * 8;

  function bits(count: number): number {
    let value = 0;
    // Counts can exceed 30 bits, so shifts would overflow.
    for (let i = 0; i < count; i++, at++) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw new RangeError('the header is truncated');
      value += ((byte >> (at & 7)) & 1) * 2 ** i;
    }
    return value;
  }

  function number(...forms: readonly NumberForm[]): number {
    const [add, count] = forms[bits(2)] as NumberForm;
    return add + bits(count);
  }

  return {
    bits,
    number,
    flag: () => bits(1) === 1,
    enumerated: () => number([0, 0], [1, 0], [2, 4], [18, 6]),
  };
}
