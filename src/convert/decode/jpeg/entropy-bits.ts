import { ScanDamage } from './scan-damage.ts';

/**
 * Reads the bits of one restart interval, up to the next marker. A plain object that functions
 * change: a photo has tens of millions of bits, and methods of a closure took twice the time.
 */
export interface EntropyBits {
  readonly bytes: Uint8Array;
  /** The next byte to be read. */
  at: number;
  /** Bits that were read from the file but not consumed, in the lowest `pendingBits`. */
  pending: number;
  pendingBits: number;
  /** How many of the pending bits are not in the file. */
  inventedBits: number;
}

export interface IntervalEnd {
  /** Whether the rest of the last byte is filled with ones: ITU-T T.81, F.1.2.3. */
  isPadded: boolean;
  /** Whole bytes that were not read, before the next marker. */
  extraBytes: number;
  /** Whether those bytes are zero. */
  isExtraZero: boolean;
  /** The marker, or undefined at the end of the file. */
  marker: number | undefined;
  /** Offset after the marker. */
  next: number;
}

export function entropyBits(bytes: Uint8Array, start: number): EntropyBits {
  return { bytes, at: start, pending: 0, pendingBits: 0, inventedBits: 0 };
}

/** The next bits, at most 16, without consuming them; ones after the end. */
export function peekBits(bits: EntropyBits, count: number): number {
  if (bits.pendingBits < count) fill(bits, count);
  return (bits.pending >>> (bits.pendingBits - count)) & ((1 << count) - 1);
}

/** Consumes bits that were peeked. Throws `ScanDamage` past the end. */
export function skipBits(bits: EntropyBits, count: number): void {
  bits.pendingBits -= count;
  if (bits.pendingBits < bits.inventedBits) throw new ScanDamage('ends too early');
}

/** Consumes the next bits, at most 16. Throws `ScanDamage` past the end. */
export function readBits(bits: EntropyBits, count: number): number {
  if (count === 0) return 0;
  const value = peekBits(bits, count);
  skipBits(bits, count);
  return value;
}

function fill(bits: EntropyBits, count: number): void {
  const { bytes } = bits;
  while (bits.pendingBits < count) {
    const byte = bytes[bits.at];
    const size = byte === 0xff ? stuffedSize(bytes, bits.at) : 1;
    if (byte === undefined || size === 0) {
      bits.pending = (bits.pending << 8) | 0xff;
      bits.inventedBits += 8;
    } else {
      bits.pending = (bits.pending << 8) | byte;
      bits.at += size;
    }
    bits.pendingBits += 8;
  }
}

/** What follows the bits that were read. */
export function endOfInterval({
  bytes,
  at,
  pending,
  pendingBits,
  inventedBits,
}: EntropyBits): IntervalEnd {
  const left = pendingBits - inventedBits;
  const value = (pending >>> inventedBits) & ((1 << left) - 1);
  const wholeBits = left & ~7;
  const ones = (1 << (left - wholeBits)) - 1;
  const rest = unreadBytes(bytes, at);
  return {
    isPadded: value >>> wholeBits === ones,
    extraBytes: wholeBits / 8 + rest.count,
    isExtraZero: (value & ((1 << wholeBits) - 1)) === 0 && rest.isZero,
    marker: rest.marker,
    next: rest.next,
  };
}

/** Bytes of a stuffed 0xff with its zero, as libjpeg reads it; 0 if it begins a marker or is last. */
function stuffedSize(bytes: Uint8Array, at: number): number {
  let next = at + 1;
  while (bytes[next] === 0xff) next++;
  return bytes[next] === 0 ? next + 1 - at : 0;
}

function unreadBytes(bytes: Uint8Array, start: number) {
  let [at, count, isZero] = [start, 0, true];
  while (at < bytes.length) {
    if (bytes[at] !== 0xff) {
      isZero &&= bytes[at] === 0;
      count++;
      at++;
      continue;
    }
    const size = stuffedSize(bytes, at);
    if (size === 0) break;
    isZero = false;
    count++;
    at += size;
  }
  while (bytes[at] === 0xff) at++;
  return { count, isZero, marker: bytes[at], next: Math.min(at + 1, bytes.length) };
}
