// Entries for several symbols, of which each alone needs only a part of the index.

import { counts, nextCode } from './code-order';
import { hasLength, isSpecial, lengthBases, lengthExtra, literalCount, maxLength } from './entries';
import { literalBits, literalTable, singles, sorted } from './layout';

/** Gives lengths with extra bits an entry for each value of these bits, if the index contains them. */
export function resolveLengths(): void {
  let code: u32 = 0;
  let symbols = sorted;
  for (let length: u32 = 1; length < literalBits; length++) {
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      const symbol = <u32>load<u16>(symbols);
      if (symbol > 264 && symbol < 285) resolveLength(symbol - 257, code, length);
      code = nextCode(code, length);
    }
  }
}

function resolveLength(index: u32, code: u32, length: u32): void {
  const extra = <u32>unchecked(lengthExtra[index]);
  const base = <u32>unchecked(lengthBases[index]);
  const used = length + extra;
  if (used > literalBits) return;
  for (let value: u32 = 0; value < <u32>1 << extra && base + value <= maxLength; value++) {
    const entry = ((base + value - 2) << 24) | used;
    const step: u32 = 1 << used;
    for (let i = code | (value << length); i < <u32>1 << literalBits; i += step) {
      store<u32>(literalTable + 4 * i, entry);
    }
  }
}

/**
 * Puts a literal and what follows it, another literal or a length, into one entry if their codes fit into
 * the index. For each first literal, the entries of the second symbol follow each other in a copy of the
 * table.
 */
export function pairSymbols(): void {
  let shortest: u32 = 1;
  while (unchecked(counts[shortest]) == 0) shortest++;
  if (shortest << 1 > literalBits) return;
  // Four entries are made at a time.
  const longest = literalBits - max(shortest, 2);
  for (let i: u32 = 0; i < <u32>1 << longest; i += 4) {
    v128.store(singles + 4 * i, asSecond(v128.load(literalTable + 4 * i)));
  }
  let code: u32 = 0;
  let symbols = sorted;
  for (let length: u32 = 1; length <= longest; length++) {
    for (let left = unchecked(counts[length]); left > 0; left--, symbols += 2) {
      if (load<u16>(symbols) < 256) pairWith(code, length);
      code = nextCode(code, length);
    }
  }
}

/** What is added to an entry with one literal, or too many bits if nothing can be. */
@inline
function asSecond(entries: v128): v128 {
  const literals = v128.or(
    i32x4.shl(v128.and(entries, i32x4.splat(0xff00)), 8),
    v128.and(entries, i32x4.splat(0x7f)),
  );
  const isLiteral = i32x4.ne(v128.and(entries, i32x4.splat(literalCount)), i32x4.splat(0));
  const isLength = v128.and(
    i32x4.ge_u(entries, i32x4.splat(hasLength)),
    i32x4.lt_u(entries, i32x4.splat(isSpecial)),
  );
  const lengths = v128.bitselect(entries, i32x4.splat(0x3f), isLength);
  return v128.bitselect(literals, lengths, isLiteral);
}

function pairWith(code: u32, length: u32): void {
  const first = load<u32>(literalTable + 4 * code);
  const single = i32x4.splat(first);
  const limit = i32x4.splat(literalBits - length);
  const count: u32 = 1 << (literalBits - length);
  const step: u32 = 4 << length;
  let into = literalTable + 4 * code;
  for (let i: u32 = 0; i < count; i += 4, into += step << 2) {
    const second = v128.load(singles + 4 * i);
    const isTooLong = i32x4.gt_s(v128.and(second, i32x4.splat(0x3f)), limit);
    const pair = v128.bitselect(single, i32x4.add(single, second), isTooLong);
    store<u32>(into, i32x4.extract_lane(pair, 0));
    store<u32>(into + step, i32x4.extract_lane(pair, 1));
    store<u32>(into + 2 * step, i32x4.extract_lane(pair, 2));
    store<u32>(into + 3 * step, i32x4.extract_lane(pair, 3));
  }
}
