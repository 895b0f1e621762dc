import type { Part } from './structure/structure.ts';

/** Maximum size of a mutated file, so that a case stays quick. */
export const maxFileBytes = 200_000;

export function without(bytes: Buffer, { start, end }: Part): Buffer {
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

export function inserted(bytes: Buffer, at: number, more: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

export function repeated(bytes: Buffer, { start, end }: Part, times: number): Buffer {
  const fitting = Math.floor((maxFileBytes - bytes.length) / Math.max(1, end - start));
  const pieces = Array(Math.max(0, Math.min(times, fitting))).fill(bytes.subarray(start, end));
  return inserted(bytes, end, Buffer.concat(pieces));
}

export function swapped(bytes: Buffer, [first, second]: [first: Part, second: Part]): Buffer {
  if (first.end > second.start) return bytes;
  return Buffer.concat([
    bytes.subarray(0, first.start),
    bytes.subarray(second.start, second.end),
    bytes.subarray(first.end, second.start),
    bytes.subarray(first.start, first.end),
    bytes.subarray(second.end),
  ]);
}

/** Each copy of the first bytes of a part, usually a header, claims to contain everything after it. */
export function nested(
  bytes: Buffer,
  { start, end }: Part,
  { headerBytes, depth }: { headerBytes: number; depth: number },
): Buffer {
  let inside = bytes.subarray(start, end);
  const header = Buffer.from(inside.subarray(0, headerBytes));
  if (header.length < headerBytes) return bytes;
  for (let left = depth; left > 0; left--) {
    header.writeUInt32BE(inside.length + headerBytes);
    inside = Buffer.concat([header, inside]);
  }
  return Buffer.concat([bytes.subarray(0, start), inside, bytes.subarray(end)]);
}
