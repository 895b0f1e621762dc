import type { NumberField } from './structure.ts';

type Size = NumberField['size'];
type Order = Exclude<NumberField['order'], 'text'>;

/** Consecutive numbers of these sizes. */
export function fieldsAt(start: number, order: Order, sizes: readonly Size[]): NumberField[] {
  let at = start;
  return sizes.map((size) => {
    at += size;
    return { at: at - size, size, order };
  });
}

/** Width and height, next to each other. */
export function sidesAt(start: number, order: Order, size: Size): NumberField[] {
  return fieldsAt(start, order, [size, size]).map((field) => ({ ...field, isSide: true }));
}

/** Reads 0 if the bytes end before the number does. */
export function numberAt(bytes: Buffer, { at, size, order }: NumberField): number {
  if (at < 0 || at + size > bytes.length) return 0;
  if (order === 'text') return Number.parseInt(bytes.toString('latin1', at, at + size), 10) || 0;
  if (size === 8)
    return Number(order === 'little' ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return order === 'little' ? bytes.readUIntLE(at, size) : bytes.readUIntBE(at, size);
}

export function u16(bytes: Buffer, at: number, order: Order = 'big'): number {
  return numberAt(bytes, { at, size: 2, order });
}

export function u32(bytes: Buffer, at: number, order: Order = 'big'): number {
  return numberAt(bytes, { at, size: 4, order });
}

/** The bytes with another number at this position, cut to the bits that fit. Text becomes longer. */
export function withNumber(bytes: Buffer, field: NumberField, value: number): Buffer {
  const { at, size, order } = field;
  if (order === 'text') {
    const text = Buffer.from(String(value), 'latin1');
    return Buffer.concat([bytes.subarray(0, at), text, bytes.subarray(at + size)]);
  }
  const changed = Buffer.from(bytes);
  const bits = BigInt.asUintN(size * 8, BigInt(Math.trunc(value)));
  for (let i = 0; i < size; i++) {
    const shift = BigInt(8 * (order === 'little' ? i : size - 1 - i));
    changed[at + i] = Number((bits >> shift) & 255n);
  }
  return changed;
}
