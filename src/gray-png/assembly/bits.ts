// Bits to bytes, the first bit lowest: RFC 1951, 3.1.1.

let pending: u64 = 0;
/** Fewer than 8 between two calls. */
let pendingBits: i32 = 0;
let at: usize = 0;

export function startBits(into: usize): void {
  at = into;
  pending = 0;
  pendingBits = 0;
}

/** Writes the following bytes to another address. Pending bits stay pending. */
export function moveBits(into: usize): void {
  at = into;
}

/** For loops that keep the state in local variables; `setBits` stores it again. */
export function bitsPending(): u64 {
  return pending;
}

export function bitsPendingCount(): i32 {
  return pendingBits;
}

export function bitsAt(): usize {
  return at;
}

export function setBits(bits: u64, count: i32, into: usize): void {
  pending = bits;
  pendingBits = count;
  at = into;
}

/** Writes at most 32 bits. */
export function putBits(value: u32, count: i32): void {
  pending |= (<u64>value) << pendingBits;
  pendingBits += count;
  store<u64>(at, pending);
  at += pendingBits >> 3;
  pending >>= pendingBits & ~7;
  pendingBits &= 7;
}

/** Fills up the current byte with zeros. */
export function alignBits(): void {
  if (pendingBits > 0) putBits(0, 8 - pendingBits);
}

/** Copies bytes. There must be no pending bits. */
export function putBytes(from: usize, bytes: i32): void {
  memory.copy(at, from, bytes);
  at += bytes;
}
