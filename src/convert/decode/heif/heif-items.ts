import { textAt } from '../../formats/bytes.ts';
import { type ByteReader, byteReader } from '../byte-reader.ts';
import { isoBox, isoBoxes } from '../iso-boxes.ts';
import { damagedImage } from '../wasm/wasm-errors.ts';

/** An image, part of an image, or metadata of one: ISO/IEC 23008-12. */
export interface HeifItem extends ItemEntry {
  /** In file order, which is the order in which rotations and mirrors apply. */
  properties: ItemProperty[];
}

interface ItemEntry {
  id: number;
  /** Four letters: `hvc1` is HEVC-coded, `grid` is composed of other items. */
  type: string;
  isHidden: boolean;
}

interface ItemProperty {
  type: string;
  body: Uint8Array;
}

/**
 * Says that an item is a thumbnail (`thmb`) or an alpha (`auxl`) of others, or made of them
 * (`dimg`).
 */
interface HeifReference {
  type: string;
  from: number;
  to: number[];
}

export interface HeifItems {
  primary: HeifItem;
  items: HeifItem[];
  references: HeifReference[];
}

/** Reads everything the file says about its items; undefined if it has none. */
export function readHeifItems(bytes: Uint8Array): HeifItems | undefined {
  const meta = isoBox(bytes, 'meta')?.subarray(4);
  const [pitm, iinf, iprp] = ['pitm', 'iinf', 'iprp'].map((type) => meta && isoBox(meta, type));
  if (!meta || !pitm || !iinf || !iprp) return undefined;
  const properties = itemProperties(iprp);
  const items = itemEntries(iinf).map((entry) => ({
    ...entry,
    properties: properties.get(entry.id) ?? [],
  }));
  const primaryId = readId(afterFlags(pitm), pitm[0] === 0);
  const primary = items.find(({ id }) => id === primaryId);
  return primary && { primary, items, references: itemReferences(isoBox(meta, 'iref')) };
}

/** The first of the items that a derived item is made of. */
export function firstPart(
  { items, references }: HeifItems,
  { id }: HeifItem,
): HeifItem | undefined {
  const parts = references.find(({ type, from }) => type === 'dimg' && from === id);
  return items.find(({ id }) => id === parts?.to[0]);
}

function itemEntries(iinf: Uint8Array): ItemEntry[] {
  const entries: ItemEntry[] = [];
  for (const { type, body } of isoBoxes(iinf.subarray(iinf[0] === 0 ? 6 : 8))) {
    const version = body[0] ?? 0;
    // Entries before version 2 have no type and are no images.
    if (type !== 'infe' || version < 2) continue;
    const reader = afterFlags(body);
    const id = readId(reader, version === 2);
    reader.skip(2);
    entries.push({ id, type: textAt(reader.take(4), 0, 4), isHidden: hasFlag(body) });
    checkCount(entries);
  }
  return entries;
}

/** The properties of each item: `ipco` lists them, and `ipma` assigns them to items. */
function itemProperties(iprp: Uint8Array): Map<number, ItemProperty[]> {
  const all = [...isoBoxes(isoBox(iprp, 'ipco') ?? new Uint8Array())];
  const properties = new Map<number, ItemProperty[]>();
  for (const { type, body } of isoBoxes(iprp)) {
    if (type !== 'ipma') continue;
    const reader = afterFlags(body);
    for (let count = reader.uint32(); count > 0; count--) {
      const id = readId(reader, body[0] === 0);
      const own = Array.from({ length: reader.uint8() }, () => {
        // The highest bit marks a property that a reader must support to read the item.
        const index = hasFlag(body) ? reader.uint16() & 0x7fff : reader.uint8() & 0x7f;
        return all[index - 1];
      });
      const known = properties.get(id) ?? [];
      known.push(...own.filter((property) => property !== undefined));
      properties.set(id, known);
    }
  }
  return properties;
}

function itemReferences(iref: Uint8Array = new Uint8Array()): HeifReference[] {
  const isShort = iref[0] === 0;
  const references: HeifReference[] = [];
  for (const { type, body } of isoBoxes(iref.subarray(4))) {
    const reader = byteReader(body, { byteOrder: 'big endian', what: 'item references' });
    const from = readId(reader, isShort);
    const to = Array.from({ length: reader.uint16() }, () => readId(reader, isShort));
    references.push({ type, from, to });
    checkCount(references);
  }
  return references;
}

/** A 200-megapixel photo has 800 tiles. With many more, the linear lookups would be slow. */
const maxCount = 5_000;

function checkCount(list: readonly unknown[]): void {
  if (list.length > maxCount) throw damagedImage('HEIC', `it lists more than ${maxCount} parts`);
}

/** Most boxes begin with a version and flags. */
function afterFlags(body: Uint8Array): ByteReader {
  return byteReader(body, { byteOrder: 'big endian', at: 4, what: 'item data' });
}

function hasFlag(body: Uint8Array): boolean {
  return ((body[3] ?? 0) & 1) === 1;
}

function readId(reader: ByteReader, isShort: boolean): number {
  return isShort ? reader.uint16() : reader.uint32();
}
