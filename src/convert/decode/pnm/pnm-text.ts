import { corrupt } from '../file-decoder.ts';

const hash = 0x23;
const zero = 0x30;

/** Reads ASCII numbers separated by white space and `#` comments, as in PNM. */
interface NumberText {
  /** The offset after the last number that was read. */
  position(): number;
  next(what: string): number;
  /** One digit; white space between digits is optional. */
  nextBit(): number;
  /** Skips one byte, or a comment to its end: the separator between header and binary samples. */
  skipSeparator(): number;
}

export function numberText(bytes: Uint8Array, start: number): NumberText {
  let at = start;

  function skipSpace(what: string): void {
    while (at < bytes.length) {
      if (bytes[at] === hash) while (at < bytes.length && !isLineEnd(bytes[at])) at++;
      else if (isSpace(bytes[at])) at++;
      else return;
    }
    throw corrupt(`Expected ${what} at byte ${at} but the file ends there.`);
  }

  function digit(): number {
    const value = (bytes[at] ?? 0) - zero;
    return value >= 0 && value <= 9 ? value : -1;
  }

  return {
    position: () => at,
    next(what) {
      skipSpace(what);
      const first = at;
      let number = 0;
      for (let value = digit(); value >= 0 && at - first < 10; value = digit()) {
        number = number * 10 + value;
        at++;
      }
      const isWhole =
        at > first && (at === bytes.length || isSpace(bytes[at]) || bytes[at] === hash);
      if (!isWhole) throw corrupt(`Expected ${what} as a number at byte ${first} but found none.`);
      return number;
    },
    nextBit() {
      skipSpace('a sample');
      const value = digit();
      if (value !== 0 && value !== 1) throw corrupt(`Expected 0 or 1 at byte ${at}.`);
      at++;
      return value;
    },
    skipSeparator() {
      if (bytes[at] === hash) while (at < bytes.length && !isLineEnd(bytes[at])) at++;
      return ++at;
    },
  };
}

/** Space, tab, line feed, vertical tab, form feed, carriage return. */
function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === 0x0a || byte === 0x0d;
}
