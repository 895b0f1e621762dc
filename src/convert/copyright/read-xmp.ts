import type { SaxesAttributeNS, SaxesTagNS } from 'saxes';

const rdf = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#';
const [root, description] = [`${rdf} RDF`, `${rdf} Description`];
const [item, value, resource] = [`${rdf} li`, `${rdf} value`, `${rdf} resource`];

/** By namespace and name, because a prefix can be any: older programs write `xapRights`. */
const properties = {
  'http://purl.org/dc/elements/1.1/ creator': 'creators',
  'http://purl.org/dc/elements/1.1/ rights': 'notice',
  'http://ns.adobe.com/photoshop/1.0/ Credit': 'credit',
  'http://ns.adobe.com/xap/1.0/rights/ WebStatement': 'statementUrl',
  'http://creativecommons.org/ns# license': 'licenceUrl',
} as const;

type Property = (typeof properties)[keyof typeof properties];

/** The texts of each property; of several languages, the default first. */
export type XmpTexts = Partial<Record<Property, string[]>>;

/** Packets of programs are less nested, and their texts are shorter. */
const [maxDepth, maxTextLength] = [64, 8_192];
/** Characters between two calls of `onProgress`. */
const partLength = 2 ** 14;

/**
 * Reads properties of an XMP packet up to its first error: ISO 16684-1, 7. Entities of the packet are
 * not expanded. The time is proportional to its length. Throws only what `onProgress` throws.
 */
export async function readXmp(packet: Uint8Array, onProgress: () => void): Promise<XmpTexts> {
  // CommonJS: in a bundle, it has only a default export.
  const { default: saxes } = await import('saxes');
  const parser = new saxes.SaxesParser({ xmlns: true, position: false });
  const reading: Reading = { path: [], text: '', isDefault: false, texts: {} };
  parser.on('opentag', (tag) => openTag(reading, tag));
  parser.on('closetag', () => closeTag(reading));
  parser.on('text', (text) => addText(reading, text));
  parser.on('cdata', (text) => addText(reading, text));
  const xml = decode(packet);
  for (let at = 0; at < xml.length; at += partLength) {
    onProgress();
    try {
      parser.write(xml.slice(at, at + partLength));
    } catch {
      // Without a listener, the parser throws its first error.
      break;
    }
  }
  return reading.texts;
}

/** UTF-8, unless the first character takes two bytes: ISO 16684-1, 7.1. */
function decode(packet: Uint8Array): string {
  const [first, second] = packet;
  const isBigEndian = first === 0 || first === 0xfe;
  const isLittleEndian = second === 0 || first === 0xff;
  const encoding = isBigEndian ? 'utf-16be' : isLittleEndian ? 'utf-16le' : 'utf-8';
  return new TextDecoder(encoding).decode(packet);
}

interface Reading {
  /** The open elements. */
  path: string[];
  /** The property that is being read, and the number of elements around it. */
  property?: { name: Property; depth: number } | undefined;
  text: string;
  /** Whether the text is in the default language. */
  isDefault: boolean;
  texts: XmpTexts;
}

function openTag(reading: Reading, { uri, local, attributes }: SaxesTagNS): void {
  const { path } = reading;
  const [outer, parent] = path.slice(-2);
  const name = nameOf({ uri, local });
  reading.text = '';
  path.push(name);
  if (path.length > maxDepth) throw new Error('Expected elements that are less nested.');
  if (reading.property) {
    if (name === item) reading.isDefault = attributes['xml:lang']?.value === 'x-default';
  } else if (name === description && parent === root) {
    for (const each of Object.values(attributes)) addTo(reading, propertyOf(each), each.value);
  } else if (parent === description && outer === root) {
    const found = propertyOf({ uri, local });
    reading.property = found && { name: found, depth: path.length };
    const link = Object.values(attributes).find((each) => nameOf(each) === resource);
    if (link) addTo(reading, found, link.value);
  }
}

function addText(reading: Reading, text: string): void {
  if (reading.property && reading.text.length < maxTextLength) reading.text += text;
}

/** The text of a property is in itself, in the items of its list, or in a value with qualifiers. */
function closeTag(reading: Reading): void {
  const { path, property } = reading;
  const isEnd = path.length === property?.depth;
  const name = path.pop();
  if (isEnd || name === item || name === value) addTo(reading, property?.name, reading.text);
  reading.text = '';
  if (name === item || isEnd) reading.isDefault = false;
  if (isEnd) reading.property = undefined;
}

function addTo({ texts, isDefault }: Reading, name: Property | undefined, text: string): void {
  if (!name || text.trim() === '') return;
  const all = texts[name] ?? [];
  texts[name] = all;
  if (isDefault) all.unshift(text);
  else all.push(text);
}

function propertyOf(name: XmlName): Property | undefined {
  return (properties as Partial<Record<string, Property>>)[nameOf(name)];
}

type XmlName = Pick<SaxesAttributeNS, 'uri' | 'local'>;

function nameOf({ uri, local }: XmlName): string {
  return `${uri} ${local}`;
}
