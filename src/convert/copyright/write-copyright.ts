import { crc32 } from 'node:zlib';
import type { OutputFormat } from '../formats/output-formats.ts';
import type { Copyright } from './copyright.ts';
import { type ExifFacts, toExif, toXmp } from './packets.ts';
import { addToTiff } from './tiff-copyright.ts';
import { addToWebp } from './webp-copyright.ts';

type Writer = (file: Buffer, copyright: Copyright) => Buffer;

const writers: Partial<Record<OutputFormat, Writer>> = {
  png: addToPng,
  jpeg: addToJpeg,
  webp: addToWebp,
  tiff: addToTiff,
};

/** Adds EXIF and XMP to a file that has neither, in the formats that hold them. */
export function withCopyright(
  file: Uint8Array,
  format: OutputFormat,
  copyright: Copyright | undefined,
): Uint8Array {
  if (!copyright) return file;
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  return writers[format]?.(bytes, copyright) ?? file;
}

const startBytes = 2;
const [jfifMarker, app1] = [0xe0, 0xe1];

/** After the start and JFIF, which precedes everything: EXIF 2.32, 4.7.1. */
function addToJpeg(jpeg: Buffer, copyright: Copyright): Buffer {
  const hasJfif = jpeg[startBytes + 1] === jfifMarker;
  const at = startBytes + (hasJfif ? 2 + jpeg.readUInt16BE(startBytes + 2) : 0);
  const segments = metadataSegments({ copyright });
  return Buffer.concat([jpeg.subarray(0, at), ...segments, jpeg.subarray(at)]);
}

/** The APP1 segments of a JPEG: EXIF 2.32, 4.7.2, and XMP specification, part 3, 1.1.3. */
export function metadataSegments(facts: ExifFacts): Buffer[] {
  const exif = toExif(facts);
  const { copyright } = facts;
  return [
    ...(exif ? [segment('Exif\0\0', exif)] : []),
    ...(copyright ? [segment('http://ns.adobe.com/xap/1.0/\0', toXmp(copyright))] : []),
  ];
}

function segment(name: string, data: Buffer): Buffer {
  const head = Buffer.from([0xff, app1, 0, 0]);
  head.writeUInt16BE(2 + name.length + data.length, 2);
  return Buffer.concat([head, Buffer.from(name, 'latin1'), data]);
}

const headerEnd = 33;

/** After the header: https://www.w3.org/TR/png-3/#eXIf. XMP specification, part 3, 1.1.5. */
function addToPng(png: Buffer, copyright: Copyright): Buffer {
  const exif = toExif({ copyright });
  const text = Buffer.concat([
    Buffer.from('XML:com.adobe.xmp\0\0\0\0\0', 'latin1'),
    toXmp(copyright),
  ]);
  return Buffer.concat([
    png.subarray(0, headerEnd),
    ...(exif ? [chunk('eXIf', exif)] : []),
    chunk('iTXt', text),
    png.subarray(headerEnd),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const whole = Buffer.concat([
    Buffer.alloc(4),
    Buffer.from(type, 'latin1'),
    data,
    Buffer.alloc(4),
  ]);
  whole.writeUInt32BE(data.length);
  whole.writeUInt32BE(crc32(whole.subarray(4, -4)), whole.length - 4);
  return whole;
}
