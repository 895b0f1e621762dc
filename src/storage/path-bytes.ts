// Names of files are bytes, which need not be UTF-8: old archives and cameras use other encodings.
// In strings, each byte that is not valid UTF-8 is a lone surrogate, U+DC80 to U+DCFF, so that paths
// can be joined and compared as strings and still name the same file (Python's PEP 383 does so too).
import { isUtf8 } from 'node:buffer';

const firstInvalid = 0xdc80;
const lastInvalid = 0xdcff;
const lone = /[\udc80-\udcff]/u;

/** Decodes a name as the file system returns it. */
export function pathFromBytes(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString();
  let path = '';
  for (let start = 0; start < bytes.length; ) {
    const length = [1, 2, 3, 4].find((some) => isCharacter(bytes.subarray(start, start + some)));
    path += length
      ? bytes.toString('utf8', start, start + length)
      : String.fromCharCode(0xdc00 + (bytes[start] ?? 0));
    start += length ?? 1;
  }
  return path;
}

function isCharacter(bytes: Buffer): boolean {
  return bytes.length > 0 && isUtf8(bytes);
}

/** The path as functions of `node:fs` expect it. */
export function toFsPath(path: string): string | Buffer {
  if (!lone.test(path)) return path;
  return Buffer.concat(
    [...path].map((character) => {
      const code = character.charCodeAt(0);
      const isByte = character.length === 1 && code >= firstInvalid && code <= lastInvalid;
      return isByte ? Buffer.from([code - 0xdc00]) : Buffer.from(character);
    }),
  );
}
