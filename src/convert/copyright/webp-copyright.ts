import { hasText } from '../formats/bytes.ts';
import { riffChunk } from '../formats/riff-chunks.ts';
import type { Copyright } from './copyright.ts';
import { padToEven, toExif, toXmp } from './packets.ts';

const fileHeaderBytes = 12;
const chunkHeaderBytes = 8;
const flags = { xmp: 0x04, exif: 0x08, alpha: 0x10 };

/** In the extended format, at the end: https://www.rfc-editor.org/rfc/rfc9649#section-2.7. */
export function addToWebp(webp: Buffer, copyright: Copyright): Buffer {
  const exif = toExif({ copyright });
  const extended = Buffer.from(riffChunk(webp, 'VP8X') ?? extendedHeader(webp));
  extended[0] = (extended[0] as number) | flags.xmp | (exif ? flags.exif : 0);
  const isExtended = hasText(webp, 'VP8X', fileHeaderBytes);
  const imageAt = fileHeaderBytes + (isExtended ? chunkHeaderBytes + extended.length : 0);
  const whole = Buffer.concat([
    webp.subarray(0, fileHeaderBytes),
    chunk('VP8X', extended),
    webp.subarray(imageAt),
    ...(exif ? [chunk('EXIF', exif)] : []),
    chunk('XMP ', toXmp(copyright)),
  ]);
  whole.writeUInt32LE(whole.length - chunkHeaderBytes, 4);
  return whole;
}

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(chunkHeaderBytes, type, 'latin1');
  head.writeUInt32LE(data.length, 4);
  return Buffer.concat([head, padToEven(data)]);
}

/** The header that a simple file lacks, from that of its image: RFC 9649, 2.5, 2.6 and 3.4. */
function extendedHeader(webp: Buffer): Buffer {
  const header = Buffer.alloc(10);
  const lossless = riffChunk(webp, 'VP8L');
  const bits = lossless && Buffer.from(lossless).readUInt32LE(1);
  const lossy = bits === undefined ? Buffer.from(riffChunk(webp, 'VP8 ') ?? []) : undefined;
  const width = bits === undefined ? sizeOf(lossy, 6) - 1 : bits & 0x3fff;
  const height = bits === undefined ? sizeOf(lossy, 8) - 1 : (bits >>> 14) & 0x3fff;
  if (bits !== undefined && (bits >>> 28) & 1) header[0] = flags.alpha;
  header.writeUIntLE(width, 4, 3);
  header.writeUIntLE(height, 7, 3);
  return header;
}

/** 14 bits; the other two are for scaling. */
function sizeOf(frame: Buffer | undefined, at: number): number {
  return (frame?.readUInt16LE(at) ?? 0) & 0x3fff;
}
