import { textAt } from '../formats/bytes.ts';

/** A box of the ISO base media file format, the structure of HEIC, JPEG XL and JPEG 2000. */
interface IsoBox {
  type: string;
  body: Uint8Array;
  /** False if the bytes end before the box does. */
  isWhole: boolean;
}

/** Iterates over the consecutive boxes in `bytes`: ISO/IEC 14496-12, 4.2. */
export function* isoBoxes(bytes: Uint8Array): Generator<IsoBox> {
  const view = viewOf(bytes);
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size32 = view.getUint32(at);
    const isLong = size32 === 1 && at + 16 <= bytes.length;
    const bodyAt = at + (isLong ? 16 : 8);
    const size = isLong ? Number(view.getBigUint64(at + 8)) : size32 || bytes.length - at;
    // A size smaller than the header would loop forever.
    const end = Math.max(at + size, bodyAt);
    const body = bytes.subarray(bodyAt, end);
    yield { type: textAt(bytes, at + 4, at + 8), body, isWhole: end <= bytes.length };
    at = end;
  }
}

/** The body of the first box of this type, which may be truncated. */
export function isoBox(bytes: Uint8Array, type: string): Uint8Array | undefined {
  for (const box of isoBoxes(bytes)) {
    if (box.type === type) return box.body;
  }
  return undefined;
}

/** Big-endian access. Reading past the end throws a `RangeError`. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Writes a box. */
export function box(type: string, ...body: Uint8Array[]): Buffer {
  const whole = Buffer.concat([u32(0), Buffer.from(type, 'latin1'), ...body]);
  whole.writeUInt32BE(whole.length);
  return whole;
}

/** Two big-endian bytes. */
export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** Four big-endian bytes. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
