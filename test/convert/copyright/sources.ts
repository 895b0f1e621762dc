// Metadata as other programs write them, for the sources of the tests.
import { psdResource } from '../../../testing/psd.ts';

interface Described {
  creators?: string[];
  /** Put into properties that must not be kept. */
  other?: string;
}

/** A packet with the properties in three of the forms that RDF allows. */
export function xmpOf({ creators = ['Änne & Co', 'Bo'], other = 'other' }: Described = {}): string {
  const items = creators.map((name) => `<rdf:li>${toXml(name)}</rdf:li>`).join('');
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="${other}" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
 xmlns:cc="http://creativecommons.org/ns#" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" photoshop:Credit="Agency &lt;1&gt;" aux:SerialNumber="${other}"
 exif:GPSLatitude="51,30.5N" photoshop:City="${other}">
<dc:creator><rdf:Seq>${items}</rdf:Seq></dc:creator>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">${other}</rdf:li></rdf:Alt></dc:title>
<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">© &quot;2026&quot;</rdf:li></rdf:Alt></dc:rights>
<xmpRights:WebStatement>https://example.org/rights?a=1&amp;b=2</xmpRights:WebStatement>
<cc:license rdf:resource="https://example.org/licence"/>
</rdf:Description></rdf:RDF></x:xmpmeta>`;
}

/** As in the text of an element. */
export function toXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** UTF-8, as libvips returns it if it is read as Latin-1. */
export function asciiOf(text: string): string {
  return Buffer.from(`${text}\0`).toString('latin1');
}

/** Fields of record 2 in a resource of Photoshop: IPTC-IIM 4.2, 1.6. */
export function iptcSegment(fields: Record<number, string[]>): Buffer {
  const sets = Object.entries(fields).flatMap(([field, values]) =>
    values.map((value) =>
      Buffer.concat([
        Buffer.from([0x1c, 2, Number(field), 0, Buffer.byteLength(value)]),
        Buffer.from(value),
      ]),
    ),
  );
  const data = Buffer.concat(sets);
  return photoshopSegment(psdResource(1_028, [...data]));
}

/** A segment of resources of Photoshop. */
export function photoshopSegment(resources: Buffer): Buffer {
  return jpegSegment(0xed, Buffer.concat([Buffer.from('Photoshop 3.0\0'), resources]));
}

function jpegSegment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(2 + data.length, 2);
  return Buffer.concat([head, data]);
}

/** A JPEG with another segment at its start. */
export function withSegment(jpeg: Buffer, segment: Buffer): Buffer {
  return Buffer.concat([jpeg.subarray(0, 2), segment, jpeg.subarray(2)]);
}
