import { ScanDamage } from './scan-damage.ts';

/** The bits of one restart interval, up to the next marker. Reading past it throws `ScanDamage`. */
export interface EntropyBits {
  /** The next bits, at most 16, without consuming them; ones after the end. */
  peek(count: number): number;
  skip(count: number): void;
  read(count: number): number;
  /** What follows the bits that were read. */
  end(): IntervalEnd;
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
  let at = start;
  let pending = 0;
  let pendingBits = 0;
  /** How many of the pending bits are not in the file. */
  let inventedBits = 0;

  function fill(count: number): void {
    while (pendingBits < count) {
      const byte = bytes[at];
      const size = byte === 0xff ? stuffedSize(bytes, at) : 1;
      if (byte === undefined || size === 0) {
        pending = (pending << 8) | 0xff;
        inventedBits += 8;
      } else {
        pending = (pending << 8) | byte;
        at += size;
      }
      pendingBits += 8;
    }
  }

  function peek(count: number): number {
    if (pendingBits < count) fill(count);
    return (pending >>> (pendingBits - count)) & ((1 << count) - 1);
  }

  function skip(count: number): void {
    pendingBits -= count;
    if (pendingBits < inventedBits) throw new ScanDamage('ends too early');
  }

  return {
    peek,
    skip,
    read(count) {
      if (count === 0) return 0;
      const value = peek(count);
      skip(count);
      return value;
    },
    end() {
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
    },
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
