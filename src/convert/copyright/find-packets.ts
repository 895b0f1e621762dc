import { heifItemsOfType } from '../decode/heif/heif-exif.ts';
import { isoBox } from '../decode/iso-boxes.ts';
import { hasText } from '../formats/bytes.ts';
import type { InputFormat } from '../formats/input-formats.ts';
import { jpegSegments } from '../formats/jpeg-segments.ts';
import { pngChunks } from '../formats/png-chunks.ts';
import { pngProfile } from '../formats/png-exif.ts';
import { readPngText } from '../formats/png-text.ts';
import { riffChunk } from '../formats/riff-chunks.ts';
import { firstDirectory } from '../formats/tiff-layout.ts';

type Finder = (bytes: Uint8Array) => Uint8Array | undefined;

/** Where each format keeps XMP: XMP specification, part 3. */
const xmpFinders: Partial<Record<InputFormat, Finder>> = {
  jpeg: (bytes) => jpegSegment(bytes, 0xe1, 'http://ns.adobe.com/xap/1.0/\0'),
  png: (bytes) => pngText(bytes, 'XML:com.adobe.xmp') ?? pngProfile(bytes, xmpProfiles),
  webp: (bytes) => riffChunk(bytes, 'XMP '),
  tiff: (bytes) => firstDirectory(bytes)?.bytes(700),
  raw: (bytes) => firstDirectory(bytes)?.bytes(700),
  avif: heifXmp,
  heic: heifXmp,
  jxl: (bytes) => isoBox(bytes, 'xml '),
  psd: (bytes) => photoshopResources(psdResources(bytes), 1_060).next().value ?? undefined,
};

const xmpProfiles = ['Raw profile type xmp'];
const iptcProfiles = ['Raw profile type iptc'];
const iptcResource = 1_028;

/** Where each format keeps IPTC: as a resource of Photoshop, or as a tag. */
const iptcFinders: Partial<Record<InputFormat, Finder>> = {
  // A large block of resources is divided, and some programs add another one.
  jpeg: (bytes) => iptcIn(Buffer.concat([...jpegSegmentsOf(bytes, 0xed, 'Photoshop 3.0\0')])),
  png: (bytes) => iptcIn(pngProfile(bytes, iptcProfiles)),
  tiff: tiffIptc,
  raw: tiffIptc,
  psd: (bytes) => iptcIn(psdResources(bytes)),
};

/** The XMP packet of a file, as stored. May throw if the file is damaged. */
export function findXmp(bytes: Uint8Array, format: InputFormat): Uint8Array | undefined {
  return xmpFinders[format]?.(bytes);
}

/** The IPTC data of a file, as stored. May throw if the file is damaged. */
export function findIptc(bytes: Uint8Array, format: InputFormat): Uint8Array | undefined {
  return iptcFinders[format]?.(bytes);
}

/** The first text of a PNG under this keyword. */
export function pngText(bytes: Uint8Array, keyword: string): Uint8Array | undefined {
  for (const { type, data } of pngChunks(bytes)) {
    const found = readPngText(type, data, [keyword]);
    if (found) return found.text;
  }
  return undefined;
}

function jpegSegment(bytes: Uint8Array, wanted: number, name: string): Uint8Array | undefined {
  return jpegSegmentsOf(bytes, wanted, name).next().value ?? undefined;
}

function* jpegSegmentsOf(bytes: Uint8Array, wanted: number, name: string): Generator<Uint8Array> {
  for (const { marker, data } of jpegSegments(bytes)) {
    if (marker === wanted && hasText(data, name)) yield data.subarray(name.length);
  }
}

/** An item of any MIME type; of these, programs write XMP. */
function heifXmp(bytes: Uint8Array): Uint8Array | undefined {
  return heifItemsOfType(bytes, 'mime').find((data) =>
    Buffer.from(data.subarray(0, 4_096)).includes('xmpmeta'),
  );
}

/** After the header and the palette: Adobe Photoshop File Formats Specification. */
function psdResources(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const at = 30 + view.getUint32(26);
  return bytes.subarray(at + 4, at + 4 + view.getUint32(at));
}

/** The tag of IPTC, or the one of Photoshop’s resources. */
function tiffIptc(bytes: Uint8Array): Uint8Array | undefined {
  const first = firstDirectory(bytes);
  return first?.bytes(33_723) ?? iptcIn(first?.bytes(34_377));
}

/** The IPTC data in resources of Photoshop, or these data themselves. */
function iptcIn(resources: Uint8Array | undefined): Uint8Array | undefined {
  if (!resources || !hasText(resources, '8BIM')) return resources;
  return Buffer.concat([...photoshopResources(resources, iptcResource)]);
}

/** Each has a signature, an id, a padded name, a length, and padded data: the same specification. */
function* photoshopResources(resources: Uint8Array, wanted: number): Generator<Uint8Array> {
  const view = new DataView(resources.buffer, resources.byteOffset, resources.byteLength);
  for (let at = 0; at + 12 <= resources.length && hasText(resources, '8BIM', at); ) {
    const nameBytes = 1 + (resources[at + 6] as number);
    const lengthAt = at + 6 + nameBytes + (nameBytes % 2);
    if (lengthAt + 4 > resources.length) return;
    const length = view.getUint32(lengthAt);
    if (view.getUint16(at + 4) === wanted) {
      yield resources.subarray(lengthAt + 4, lengthAt + 4 + length);
    }
    at = lengthAt + 4 + length + (length % 2);
  }
}
