import { byteReader } from '../byte-reader.ts';

interface HevcColours {
  primaries: number;
  transfer: number;
  matrix: number;
}

const spsType = 33;

/**
 * The colours in the sequence parameters of an `hvcC` box (ISO/IEC 14496-15, 8.3.3.1); undefined if
 * they state none. Throws for damaged data.
 */
export function hevcColours(hvcC: Uint8Array): HevcColours | undefined {
  const reader = byteReader(hvcC, { byteOrder: 'big endian', at: 22 });
  for (let arrays = reader.uint8(); arrays > 0; arrays--) {
    const type = reader.uint8() & 63;
    for (let units = reader.uint16(); units > 0; units--) {
      const unit = reader.take(reader.uint16());
      if (type === spsType) return readSequence(bitsOf(withoutEscapes(unit.subarray(2))));
    }
  }
  return undefined;
}

/** A 3 after two zeros is not data: ITU-T H.265, 7.3.1.1. */
function withoutEscapes(unit: Uint8Array): Uint8Array {
  return unit.filter((byte, i) => !(byte === 3 && unit[i - 1] === 0 && unit[i - 2] === 0));
}

interface Bits {
  u(count: number): number;
  /** Exp-Golomb codes: 9.2. */
  ue(): number;
  skip(count: number): void;
}

function bitsOf(bytes: Uint8Array): Bits {
  let at = 0;
  const bit = () => {
    const byte = bytes[at >> 3];
    if (byte === undefined) throw new RangeError('the sequence parameters are truncated');
    return (byte >> (7 - (at++ & 7))) & 1;
  };
  const u = (count: number) => {
    let value = 0;
    for (let i = 0; i < count; i++) value = value * 2 + bit();
    return value;
  };
  const ue = () => {
    let zeros = 0;
    while (bit() === 0) zeros++;
    return 2 ** zeros - 1 + u(zeros);
  };
  const skip = (count: number) => {
    at += count;
  };
  return { u, ue, skip };
}

const times = (count: number, run: () => void) => {
  for (let i = 0; i < count; i++) run();
};

/** 7.3.2.2.1 */
function readSequence(bits: Bits): HevcColours | undefined {
  const { u, ue, skip } = bits;
  skip(4);
  const subLayers = u(3);
  skip(1);
  skipLevels(bits, subLayers);
  ue();
  if (ue() === 3) skip(1);
  times(2, ue);
  if (u(1)) times(4, ue);
  times(2, ue);
  const orderBits = ue() + 4;
  times(u(1) ? subLayers + 1 : 1, () => times(3, ue));
  times(6, ue);
  if (u(1) && u(1)) skipScalingLists(bits);
  skip(2);
  if (u(1)) {
    skip(8);
    times(2, ue);
    skip(1);
  }
  skipReferences(bits);
  if (u(1)) skip(ue() * (orderBits + 1));
  skip(2);
  return u(1) ? readUsability(bits) : undefined;
}

/** 7.3.3 */
function skipLevels({ u, skip }: Bits, subLayers: number): void {
  skip(96);
  const present = Array.from({ length: subLayers }, () => (u(1) ? 88 : 0) + (u(1) ? 8 : 0));
  if (subLayers > 0) skip(2 * (8 - subLayers));
  for (const count of present) skip(count);
}

/** 7.3.4 */
function skipScalingLists({ u, ue }: Bits): void {
  for (let size = 0; size < 4; size++) {
    times(size === 3 ? 2 : 6, () => {
      if (u(1) === 0) ue();
      else times(Math.min(64, 1 << (4 + 2 * size)) + (size > 1 ? 1 : 0), ue);
    });
  }
}

/** 7.3.7: short-term reference pictures. */
function skipReferences({ u, ue, skip }: Bits): void {
  let previous = 0;
  for (let i = 0, count = ue(); i < count; i++) {
    if (i > 0 && u(1)) {
      skip(1);
      ue();
      let used = 0;
      times(previous + 1, () => {
        used += u(1) || u(1);
      });
      previous = used;
    } else {
      previous = ue() + ue();
      times(previous, () => {
        ue();
        skip(1);
      });
    }
  }
}

/** Annex E.2.1: up to the colour description. */
function readUsability({ u, skip }: Bits): HevcColours | undefined {
  if (u(1) && u(8) === 255) skip(32);
  if (u(1)) skip(1);
  if (u(1) === 0) return undefined;
  skip(4);
  return u(1) ? { primaries: u(8), transfer: u(8), matrix: u(8) } : undefined;
}
