// Codes by their lengths: RFC 1951, 3.2.2. A code starts with its highest bit, everything else in
// the format with its lowest one, so codes are stored in reverse.

/** Each as 32 bits: the code, and its length from bit 16 on. */
export function makeCodes(lengths: usize, symbols: i32, codes: usize): void {
  memory.fill(next, 0, 2 * 16);
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length = load<u8>(lengths + symbol);
    if (length > 0 && length < 15) addTo(length + 1, 1);
  }
  let first: u32 = 0;
  for (let length = 1; length < 16; length++) {
    first = (first + load<u16>(next + 2 * length)) << 1;
    store<u16>(next + 2 * length, <u16>first);
  }
  for (let symbol = 0; symbol < symbols; symbol++) {
    const length: u32 = load<u8>(lengths + symbol);
    if (length == 0) {
      store<u32>(codes + 4 * symbol, 0);
      continue;
    }
    const code = load<u16>(next + 2 * length);
    addTo(length, 1);
    store<u32>(codes + 4 * symbol, reversed(code, length) | (length << 16));
  }
}

/** For each length: first the number of codes one bit shorter, then the next code. */
const next: usize = memory.data(2 * 16, 4);

function addTo(length: i32, more: u16): void {
  store<u16>(next + 2 * length, load<u16>(next + 2 * length) + more);
}

function reversed(code: u32, length: u32): u32 {
  let turned: u32 = 0;
  for (; length > 0; length--, code >>= 1) turned = (turned << 1) | (code & 1);
  return turned;
}
