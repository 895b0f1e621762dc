import type { Copyright } from './copyright.ts';
import { entryBytes, padToEven, tiffTexts, tiffXmp, valueOutside, writeEntry } from './packets.ts';

const headBytes = 2;
const nextBytes = 4;

/**
 * Appends a copy of the first directory that has more entries, and their values. Directories may be
 * anywhere, and their entries are sorted: TIFF 6.0, section 2. libvips writes little-endian here.
 */
export function addToTiff(tiff: Buffer, copyright: Copyright): Buffer {
  const from = tiff.readUInt32LE(4);
  const end = from + headBytes + tiff.readUInt16LE(from) * entryBytes;
  const present = tiff.subarray(from + headBytes, end);
  const start = tiff.length + (tiff.length % 2);
  const added = [...tiffTexts(copyright), tiffXmp(copyright)];
  const size = headBytes + present.length + added.length * entryBytes + nextBytes;
  let valueAt = start + size + (size % 2);
  const values = added.map(valueOutside);
  const entries = added.map((text, i) => {
    const entry = Buffer.alloc(entryBytes);
    writeEntry(entry, 0, text, valueAt);
    valueAt += values[i]?.length ?? 0;
    return entry;
  });
  const all = [...split(present), ...entries].sort((a, b) => a.readUInt16LE(0) - b.readUInt16LE(0));
  const head = Buffer.alloc(headBytes);
  head.writeUInt16LE(all.length);
  const next = tiff.subarray(end, end + nextBytes);
  const directory = padToEven(Buffer.concat([head, ...all, next]));
  const whole = Buffer.concat([padToEven(tiff), directory, ...values]);
  whole.writeUInt32LE(start, 4);
  return whole;
}

function split(entries: Buffer): Buffer[] {
  return Array.from({ length: entries.length / entryBytes }, (_, i) =>
    entries.subarray(i * entryBytes, (i + 1) * entryBytes),
  );
}
