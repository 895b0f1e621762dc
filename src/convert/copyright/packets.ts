import { type Copyright, joinNames } from './copyright.ts';

const namespaces = {
  rdf: 'http://www.w3.org/1999/02/22-rdf-syntax-ns#',
  dc: 'http://purl.org/dc/elements/1.1/',
  photoshop: 'http://ns.adobe.com/photoshop/1.0/',
  xmpRights: 'http://ns.adobe.com/xap/1.0/rights/',
  cc: 'http://creativecommons.org/ns#',
};

/** An XMP packet: ISO 16684-1, 7. */
export function toXmp({ creators, credit, notice, ...urls }: Copyright): Buffer {
  const spaces = Object.entries(namespaces).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`);
  const names = creators.map((name) => `<rdf:li>${escapeXml(name)}</rdf:li>`).join('');
  const { statementUrl, licenceUrl } = urls;
  const properties = [
    names && `<dc:creator><rdf:Seq>${names}</rdf:Seq></dc:creator>`,
    notice &&
      `<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">${escapeXml(notice)}</rdf:li></rdf:Alt></dc:rights>`,
    credit && `<photoshop:Credit>${escapeXml(credit)}</photoshop:Credit>`,
    statementUrl && `<xmpRights:WebStatement>${escapeXml(statementUrl)}</xmpRights:WebStatement>`,
    licenceUrl && `<cc:license rdf:resource="${escapeXml(licenceUrl)}"/>`,
  ];
  return Buffer.from(
    `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF ${spaces[0]}><rdf:Description rdf:about="" ${spaces.slice(1).join(' ')}>
${properties.filter(Boolean).join('\n')}
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>`,
  );
}

function escapeXml(text: string): string {
  const escapes = [
    ['&', '&amp;'],
    ['<', '&lt;'],
    ['>', '&gt;'],
    ['"', '&quot;'],
  ] as const;
  return escapes.reduce((escaped, [mark, name]) => escaped.replaceAll(mark, name), text);
}

/** An entry of a TIFF directory: text, bytes or one number. */
export interface TiffText {
  tag: number;
  type: number;
  value: Buffer;
}

const [byteType, asciiType, shortType] = [1, 2, 3];

/** The entries of TIFF and EXIF, in order. Text is UTF-8, as most programs write and expect it. */
export function tiffTexts({ creators, notice }: Copyright): TiffText[] {
  const artist = creators.length > 0 && ascii(315, joinNames(creators));
  return [artist, notice !== undefined && ascii(33_432, notice)].filter((entry) => entry !== false);
}

/** The entry of TIFF that holds XMP: XMP specification, part 3, 3.3. */
export function tiffXmp(copyright: Copyright): TiffText {
  return { tag: 700, type: byteType, value: toXmp(copyright) };
}

function ascii(tag: number, text: string): TiffText {
  return { tag, type: asciiType, value: Buffer.from(`${text}\0`) };
}

/** What EXIF data may contain. */
export interface ExifFacts {
  copyright?: Copyright | undefined;
  /** From 1 to 8. */
  orientation?: number | undefined;
}

/** EXIF data, which have the layout of a TIFF: EXIF 2.32, 4.5. Undefined if no field is known. */
export function toExif({ copyright, orientation }: ExifFacts): Buffer | undefined {
  const texts = [
    ...(orientation ? [{ tag: 274, type: shortType, value: Buffer.from([orientation, 0]) }] : []),
    ...(copyright ? tiffTexts(copyright) : []),
  ];
  return texts.length === 0 ? undefined : toTiff(texts);
}

/** A TIFF with one directory, of these entries, and no image. */
export function toTiff(texts: TiffText[]): Buffer {
  const header = Buffer.from('II*\0\x08\0\0\0', 'latin1');
  const directoryBytes = 2 + texts.length * entryBytes + 4;
  const directory = Buffer.alloc(directoryBytes);
  directory.writeUInt16LE(texts.length);
  const values: Buffer[] = [];
  let valueAt = header.length + directoryBytes;
  for (const [i, text] of texts.entries()) {
    writeEntry(directory, 2 + i * entryBytes, text, valueAt);
    const value = valueOutside(text);
    values.push(value);
    valueAt += value.length;
  }
  return Buffer.concat([header, directory, ...values]);
}

export const entryBytes = 12;

const maxInlineBytes = 4;

/** What an entry points at, padded. Values of up to four bytes are in the entry. */
export function valueOutside({ value }: TiffText): Buffer {
  return value.length > maxInlineBytes ? padToEven(value) : Buffer.alloc(0);
}

/** Writes a little-endian entry, whose value is in it or at `valueAt`. */
export function writeEntry(
  directory: Buffer,
  at: number,
  { tag, type, value }: TiffText,
  valueAt: number,
): void {
  directory.writeUInt16LE(tag, at);
  directory.writeUInt16LE(type, at + 2);
  directory.writeUInt32LE(type === shortType ? 1 : value.length, at + 4);
  if (value.length > maxInlineBytes) directory.writeUInt32LE(valueAt, at + 8);
  else value.copy(directory, at + 8);
}

/** TIFF and RIFF place everything at even offsets. */
export function padToEven(bytes: Buffer): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)]);
}
