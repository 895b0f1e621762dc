import fc, { type Arbitrary } from 'fast-check';
import type { InputFormat } from '../../src/convert/formats/input-formats.ts';
import { chance, itemAt, shares } from './arbitraries.ts';
import type { NumberField, Part } from './structure/structure.ts';
import { structureOf } from './structure/structure-of.ts';

// Parts of a file for a mutation, chosen before the result of earlier mutations is known.

export interface MutationInput {
  bytes: Buffer;
  format: InputFormat;
  /** Another file, of the same format or a different one. */
  other: Buffer;
}

/** Usually near the beginning, where headers are. */
export const places: Arbitrary<(bytes: Buffer) => number> = fc
  .tuple(chance(40), shares)
  .map(([isHeader, share]) => ({ length }) => {
    return Math.floor(share * (isHeader ? Math.min(length, 64) : length));
  });

export function slices(maxBytes = Number.POSITIVE_INFINITY): Arbitrary<(bytes: Buffer) => Part> {
  return fc.tuple(places, shares).map(([placeIn, share]) => (bytes) => {
    const start = placeIn(bytes);
    const length = 1 + Math.floor(share * Math.min(maxBytes, bytes.length));
    return { start, end: Math.min(bytes.length, start + length) };
  });
}

/** A part of the structure; any piece if the structure is unknown. */
export const parts: Arbitrary<(bytes: Buffer, format: InputFormat) => Part> = fc
  .tuple(shares, slices())
  .map(([share, sliceOf]) => (bytes, format) => {
    return itemAt(structureOf(format, bytes).parts, share) ?? sliceOf(bytes);
  });

export type FieldIn = (input: MutationInput) => NumberField | undefined;

export const structureNumbers: Arbitrary<FieldIn> = shares.map((share) => ({ bytes, format }) => {
  return itemAt(structureOf(format, bytes).numbers, share);
});

export const anyNumbers: Arbitrary<FieldIn> = fc
  .tuple(places, fc.constantFrom(1, 2, 4), fc.constantFrom('little', 'big'))
  .map(([placeIn, size, order]) => ({ bytes }) => ({ at: placeIn(bytes), size, order }));

export function someBytes(maxLength: number): Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength: 1, maxLength, size: 'max' });
}
