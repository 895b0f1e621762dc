import { damagedImage } from '../wasm/wasm-errors.ts';
import { heifExtents } from './heif-extents.ts';
import { type HeifItem, type HeifItems, readHeifItems } from './heif-items.ts';

/**
 * Rejects HEVC data in which zeros replace a part. libde265 decodes them to pixels without a
 * warning, but no such data contains two zero bytes and a third below 3: ITU-T H.265, 7.4.2.1.
 */
export function checkHevcData(bytes: Uint8Array): void {
  const file = readHeifItems(bytes);
  if (!file) return;
  const extents = heifExtents(bytes);
  for (const item of usedItems(file)) {
    if (item.type !== 'hvc1') continue;
    const config = item.properties.find(({ type }) => type === 'hvcC')?.body;
    const lengthSize = ((config?.[21] ?? 3) & 3) + 1;
    const parts = (extents.get(item.id) ?? []).map(({ start, length }) =>
      bytes.subarray(start, start + length),
    );
    // The parts of an item are one sequence.
    const data = parts.length === 1 ? parts[0] : Buffer.concat(parts);
    if (data) checkUnits(data, lengthSize);
  }
}

/** The primary image, its parts, and their alpha. */
function usedItems({ primary, items, references }: HeifItems): Set<HeifItem> {
  const used = new Set([primary]);
  for (const { id } of used) {
    for (const { type, from, to } of references) {
      const next =
        type === 'dimg' && from === id ? to : type === 'auxl' && to.includes(id) ? [from] : [];
      for (const item of items) if (next.includes(item.id)) used.add(item);
    }
  }
  return used;
}

/** Units are preceded by their length: ISO/IEC 14496-15, 8.3.3. */
function checkUnits(data: Uint8Array, lengthSize: number): void {
  for (let at = 0; at + lengthSize <= data.length; ) {
    let length = 0;
    for (let i = 0; i < lengthSize; i++) length = length * 256 + (data[at + i] as number);
    at += lengthSize;
    if (length === 0) throw damagedImage('HEIC', 'its data has an empty unit');
    if (hasForbiddenBytes(data.subarray(at, at + length))) {
      throw damagedImage('HEIC', 'its data has bytes that HEVC forbids');
    }
    at += length;
  }
}

function hasForbiddenBytes(unit: Uint8Array): boolean {
  for (let at = unit.indexOf(0); at >= 0 && at + 2 < unit.length; at = unit.indexOf(0, at + 1)) {
    if (unit[at + 1] === 0 && (unit[at + 2] as number) < 3) return true;
  }
  return false;
}
