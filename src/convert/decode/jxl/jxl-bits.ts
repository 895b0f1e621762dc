/** One of four encodings of a number: `add` plus a number of `bits` bits. */
type NumberForm = readonly [add: number, bits: number];

/** Reads JPEG XL’s headers, least significant bit first: ISO/IEC 18181-1, B.2. */
export interface JxlBits {
  /** In bits. */
  position(): number;
  bits(count: number): number;
  flag(): boolean;
  /** Two bits select which of the four forms follows. */
  number(...forms: readonly [NumberForm, NumberForm, NumberForm, NumberForm]): number;
  enumerated(): number;
  /** IEEE 754 binary16; not finite values are not allowed. */
  half(): number;
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

  function half(): number {
    const [fraction, exponent, sign] = [bits(10), bits(5), bits(1)];
    const size =
      exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1_024) * 2 ** (exponent - 15);
    return sign ? -size : size;
  }

  return {
    position: () => at,
    half,
    bits,
    number,
    flag: () => bits(1) === 1,
    enumerated: () => number([0, 0], [1, 0], [2, 4], [18, 6]),
  };
}
