import { hasText } from './bytes.ts';

/** The data of the first chunk of this type in a WebP: https://www.rfc-editor.org/rfc/rfc9649. */
export function riffChunk(bytes: Uint8Array, type: string): Uint8Array | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 12; at + 8 <= bytes.length; ) {
    const size = view.getUint32(at + 4, true);
    if (hasText(bytes, type, at)) return bytes.subarray(at + 8, at + 8 + size);
    at += 8 + size + (size % 2);
  }
  return undefined;
}
