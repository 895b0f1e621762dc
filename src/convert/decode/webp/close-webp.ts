import { textAt } from '../../formats/bytes.ts';

/**
 * A WebP whose header states a wrong size although its images are complete, with the right size:
 * libwebp rejects it. A missing padding byte and cut metadata count as well, but no EXIF data,
 * which may say that the image must be turned. Any other WebP as it is. RFC 9649, 2.3 to 2.7.
 */
export function closeWebp(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 20) return bytes;
  const statedEnd = 8 + view.getUint32(4, true);
  const { imageEnd, end, types } = completeChunks(bytes, view);
  const isRight = statedEnd <= bytes.length && imageEnd <= statedEnd;
  if (isRight || imageEnd === 0) return bytes;
  // Further frames may be missing.
  if (types.has('ANIM') && statedEnd > bytes.length + 1) return bytes;
  const declaresExif = types.has('VP8X') && (view.getUint8(20) & exifFlag) !== 0;
  if (declaresExif && !types.has('EXIF')) return bytes;
  const closed = Buffer.alloc(end);
  closed.set(bytes.subarray(0, end));
  closed.writeUInt32LE(end - 8, 4);
  return closed;
}

const exifFlag = 8;
const imageTypes: readonly string[] = ['VP8 ', 'VP8L', 'ANMF'];
const otherTypes: readonly string[] = ['VP8X', 'ALPH', 'ANIM', 'ICCP', 'EXIF', 'XMP '];

/** The chunks up to the first one that is unknown or incomplete; `imageEnd` is 0 without an image. */
function completeChunks(bytes: Uint8Array, view: DataView) {
  const types = new Set<string>();
  let [at, imageEnd] = [12, 0];
  while (at + 8 <= bytes.length) {
    const type = textAt(bytes, at, at + 4);
    const size = view.getUint32(at + 4, true);
    const isImage = imageTypes.includes(type);
    if (!isImage && !otherTypes.includes(type)) break;
    if (at + 8 + size > bytes.length) return { types, imageEnd: isImage ? 0 : imageEnd, end: at };
    types.add(type);
    at += 8 + size + (size & 1);
    if (isImage) imageEnd = at;
  }
  return { types, imageEnd, end: at };
}
