interface Av1Colours {
  primaries: number;
  transfer: number;
  matrix: number;
  /** Luma spans 16 to 235 of 255. */
  isLimited: boolean;
}

/** The colours in the sequence header of AV1 data; undefined if they do not begin with one. */
export function av1Colours(data: Uint8Array): Av1Colours | undefined {
  const sequenceHeader = 1;
  // A temporal delimiter may come first.
  for (const { type, body } of units(data.subarray(0, maxBytes))) {
    if (type === sequenceHeader) return readSequence(bitReader(body));
  }
  return undefined;
}

/** A sequence header is far shorter. */
const maxBytes = 4_096;

/** AV1 Bitstream & Decoding Process Specification, 5.3. */
function* units(data: Uint8Array): Generator<{ type: number; body: Uint8Array }> {
  for (let at = 0; at < data.length; ) {
    const head = data[at] ?? 0;
    at += (head & 4) === 0 ? 1 : 2;
    let size = data.length - at;
    if ((head & 2) !== 0) {
      size = 0;
      for (let shift = 1; shift <= 2 ** 28; shift *= 128) {
        const byte = data[at++] ?? 0;
        size += (byte & 0x7f) * shift;
        if (byte < 0x80) break;
      }
    }
    yield { type: (head >> 3) & 15, body: data.subarray(at, at + size) };
    at += size;
  }
}

type Bits = (count: number) => number;

/** Most significant bit first. Reading past the end throws a `RangeError`. */
function bitReader(bytes: Uint8Array): Bits {
  let at = 0;
  return (count) => {
    let value = 0;
    for (let i = 0; i < count; i++, at++) {
      const byte = bytes[at >> 3];
      if (byte === undefined) throw new RangeError('the sequence header is truncated');
      value = value * 2 + ((byte >> (7 - (at & 7))) & 1);
    }
    return value;
  };
}

/** The same, 5.5.1. */
function readSequence(bits: Bits): Av1Colours {
  const profile = bits(3);
  bits(1);
  const isReduced = bits(1) === 1;
  if (isReduced) bits(5);
  else skipOperatingPoints(bits);
  const [widthBits, heightBits] = [bits(4) + 1, bits(4) + 1];
  bits(widthBits + heightBits);
  if (!isReduced && bits(1)) bits(7);
  bits(3);
  if (!isReduced) skipTools(bits);
  bits(3);
  return readColours(bits, profile);
}

function skipOperatingPoints(bits: Bits): void {
  const hasTiming = bits(1) === 1;
  if (hasTiming) {
    bits(64);
    if (bits(1)) skipVariableLength(bits);
  }
  const hasModel = hasTiming && bits(1) === 1;
  const delayBits = hasModel ? bits(5) + 1 : 0;
  if (hasModel) bits(42);
  const hasDisplayDelay = bits(1) === 1;
  for (let count = bits(5) + 1; count > 0; count--) {
    bits(12);
    if (bits(5) > 7) bits(1);
    if (hasModel && bits(1)) bits(2 * delayBits + 1);
    if (hasDisplayDelay && bits(1)) bits(4);
  }
}

function skipVariableLength(bits: Bits): void {
  let zeros = 0;
  while (zeros < 32 && bits(1) === 0) zeros++;
  if (zeros < 32) bits(zeros);
}

/** Everything between the intra tools and super-resolution. */
function skipTools(bits: Bits): void {
  bits(4);
  const hasOrderHint = bits(1) === 1;
  if (hasOrderHint) bits(2);
  const isScreenContentChosen = bits(1) === 1;
  const canBeScreenContent = isScreenContentChosen || bits(1) === 1;
  if (canBeScreenContent && bits(1) === 0) bits(1);
  if (hasOrderHint) bits(3);
}

/** The same, 5.5.2. */
function readColours(bits: Bits, profile: number): Av1Colours {
  const isDeep = bits(1) === 1;
  if (profile === 2 && isDeep) bits(1);
  const isGray = profile !== 1 && bits(1) === 1;
  const isDescribed = bits(1) === 1;
  const [primaries = 2, transfer = 2, matrix = 2] = isDescribed ? [bits(8), bits(8), bits(8)] : [];
  const isSrgb = !isGray && primaries === 1 && transfer === 13 && matrix === 0;
  return { primaries, transfer, matrix, isLimited: !isSrgb && bits(1) === 0 };
}
