/** For each distance below 16: the bytes of a vector that repeats with it. */
const patterns: usize = memory.data(256, 16);
/** The bytes of a vector that are whole repetitions. */
const steps: usize = memory.data(16);

for (let distance = 1; distance < 16; distance++) {
  for (let i = 0; i < 16; i++) store<u8>(patterns + 16 * distance + i, <u8>(i % distance));
  store<u8>(steps + distance, <u8>(16 - (16 % distance)));
}

/** Copies earlier bytes, which may overlap. Writes up to 15 bytes more. */
@inline
export function copyMatch(into: usize, distance: u32, length: u32): void {
  const end = into + length;
  let from = into - distance;
  if (distance >= 16) {
    do {
      v128.store(into, v128.load(from));
      from += 16;
      into += 16;
    } while (into < end);
  } else {
    repeatBytes(into, distance, end);
  }
}

function repeatBytes(into: usize, distance: u32, end: usize): void {
  const pattern = v128.load(patterns + 16 * distance);
  const vector = v128.swizzle(v128.load(into - distance), pattern);
  const step = load<u8>(steps + distance);
  do {
    v128.store(into, vector);
    into += step;
  } while (into < end);
}
