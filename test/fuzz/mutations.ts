import type { InputFormat } from '../../src/convert/formats/input-formats.ts';
import { type Draw, drawNumber } from './draw.ts';
import { numberAt, withNumber } from './structure/number-field.ts';
import { withChangedPixels } from './structure/png-structure.ts';
import type { NumberField, Part } from './structure/structure.ts';
import { type FormatStructure, structureOf, structures } from './structure/structure-of.ts';

export interface MutationInput {
  bytes: Buffer;
  format: InputFormat;
  /** Another file, of the same format or of another one. */
  other: Buffer;
}

/** Files grow no larger than this, so that a case stays quick. */
const mostBytes = 200_000;

/** One to four changes, one after the other. */
export function mutate(draw: Draw, { bytes, format, other }: MutationInput) {
  const names: string[] = [];
  let changed = bytes;
  for (let left = draw.pick([1, 1, 1, 2, 3, 4]); left > 0; left--) {
    const name = draw.pick(mutationNames);
    names.push(name);
    changed = mutations[name](draw, { bytes: changed, format, other }).subarray(0, mostBytes);
  }
  // Damage to checksums themselves is a case as well.
  const { repair }: FormatStructure = structures[format];
  return { bytes: repair && draw.chance(0.9) ? repair(changed) : changed, names };
}

type Mutation = (draw: Draw, input: MutationInput) => Buffer;

const mutations = {
  'flip bits': flipBits,
  'set bytes': setBytes,
  'set any number': (draw, { bytes }) => {
    const size = draw.pick([1, 2, 4] as const);
    const field = { at: placeIn(draw, bytes), size, order: draw.pick(['little', 'big'] as const) };
    return setNumber(draw, bytes, field);
  },
  'set a number of the structure': (draw, { bytes, format }) =>
    setNumber(draw, bytes, numberOf(draw, bytes, format)),
  'set several numbers of the structure': (draw, { bytes, format }) => {
    let changed = bytes;
    for (let left = 2 + draw.below(4); left > 0; left--) {
      changed = setNumber(draw, changed, numberOf(draw, changed, format));
    }
    return changed;
  },
  'copy a number of the structure': (draw, { bytes, format }) => {
    const [from, to] = [numberOf(draw, bytes, format), numberOf(draw, bytes, format)];
    return from && to ? withNumber(bytes, to, numberAt(bytes, from)) : bytes;
  },
  'declare another size': (draw, { bytes, format }) => {
    const sides = structureOf(format, bytes).numbers.filter(({ isSide }) => isSide);
    const bomb = draw.pick([60_000, 65_535, 10_000, 4_000, 1_000, 100, 2 ** 31 - 1]);
    // From the last on, as a number in text can become longer.
    return sides
      .toReversed()
      .reduce(
        (changed, field) => (draw.chance(0.7) ? withNumber(changed, field, bomb) : changed),
        bytes,
      );
  },
  'change what is packed': (draw, input) => {
    const change = (bytes: Buffer) =>
      draw.pick([flipBits, setBytes, cutOut])(draw, { ...input, bytes });
    return input.format === 'png' ? withChangedPixels(input.bytes, change) : change(input.bytes);
  },
  'cut off the end': (draw, { bytes }) => bytes.subarray(0, draw.below(bytes.length + 1)),
  'cut out a piece': cutOut,
  'repeat a piece': (draw, { bytes }) => repeated(draw, bytes, sliceOf(draw, bytes, 200)),
  'insert bytes': (draw, { bytes }) =>
    inserted(bytes, placeIn(draw, bytes), draw.bytes(1 + draw.below(40))),
  'drop a part': (draw, { bytes, format }) => {
    const { start, end } = partOf(draw, bytes, format);
    return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
  },
  'repeat a part': (draw, { bytes, format }) => repeated(draw, bytes, partOf(draw, bytes, format)),
  'exchange two parts': (draw, { bytes, format }) => {
    const [a, b] = [partOf(draw, bytes, format), partOf(draw, bytes, format)];
    const [first, second] = a.start <= b.start ? [a, b] : [b, a];
    if (first.end > second.start) return bytes;
    return Buffer.concat([
      bytes.subarray(0, first.start),
      bytes.subarray(second.start, second.end),
      bytes.subarray(first.end, second.start),
      bytes.subarray(first.start, first.end),
      bytes.subarray(second.end),
    ]);
  },
  'bring in a part of another file': (draw, { bytes, format, other }) => {
    const { start, end } = partOf(draw, other, format);
    return inserted(bytes, partOf(draw, bytes, format).start, other.subarray(start, end));
  },
  'put parts into each other': (draw, { bytes, format }) =>
    nested(draw, bytes, partOf(draw, bytes, format)),
  'put the file into itself': (draw, { bytes, format }) =>
    inserted(bytes, partOf(draw, bytes, format).start, bytes),
  'go on as another file': (draw, { bytes, other }) =>
    Buffer.concat([bytes.subarray(0, placeIn(draw, bytes)), other.subarray(placeIn(draw, other))]),
  'begin as another file': (draw, { bytes, other }) => {
    const length = draw.pick([2, 4, 8, 12, 16, 32]);
    return Buffer.concat([other.subarray(0, length), bytes.subarray(length)]);
  },
  'go on after the end': (draw, { bytes, other }) =>
    Buffer.concat([bytes, draw.pick([other, bytes, draw.bytes(100), Buffer.alloc(5_000)])]),
} satisfies Record<string, Mutation>;

export type MutationName = keyof typeof mutations;
export const mutationNames = Object.keys(mutations) as MutationName[];

function flipBits(draw: Draw, { bytes }: MutationInput): Buffer {
  const changed = Buffer.from(bytes);
  for (let left = draw.pick([1, 1, 2, 8, 64]); left > 0; left--) {
    const at = placeIn(draw, bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << draw.below(8));
  }
  return changed;
}

function setBytes(draw: Draw, { bytes }: MutationInput): Buffer {
  const { start, end } = sliceOf(draw, bytes, 16);
  const fill = draw.pick([Buffer.of(0), Buffer.of(255), draw.bytes(Math.max(1, end - start))]);
  return Buffer.from(bytes).fill(fill, start, end);
}

function cutOut(draw: Draw, { bytes }: MutationInput): Buffer {
  const { start, end } = sliceOf(draw, bytes, draw.pick([4, 64, bytes.length]));
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)]);
}

/** More often than not near the beginning, where headers are. */
function placeIn(draw: Draw, { length }: Buffer): number {
  return draw.below(draw.chance(0.4) ? Math.min(length, 64) : length);
}

function sliceOf(draw: Draw, bytes: Buffer, mostBytes: number): Part {
  const start = placeIn(draw, bytes);
  return { start, end: Math.min(bytes.length, start + 1 + draw.below(mostBytes)) };
}

function numberOf(draw: Draw, bytes: Buffer, format: InputFormat): NumberField | undefined {
  const { numbers } = structureOf(format, bytes);
  return numbers.length > 0 ? draw.pick(numbers) : undefined;
}

function setNumber(draw: Draw, bytes: Buffer, field: NumberField | undefined): Buffer {
  if (!field || field.at + field.size > bytes.length) return bytes;
  return withNumber(bytes, field, drawNumber(draw, numberAt(bytes, field)));
}

/** Any piece, where the structure is not known. */
function partOf(draw: Draw, bytes: Buffer, format: InputFormat): Part {
  const { parts } = structureOf(format, bytes);
  return parts.length > 0 ? draw.pick(parts) : sliceOf(draw, bytes, bytes.length);
}

function inserted(bytes: Buffer, at: number, more: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
}

function repeated(draw: Draw, bytes: Buffer, { start, end }: Part): Buffer {
  const times = draw.pick([1, 1, 2, 10, 1_000]);
  const fitting = Math.floor((mostBytes - bytes.length) / Math.max(1, end - start));
  const piece = bytes.subarray(start, end);
  return inserted(
    bytes,
    end,
    Buffer.concat(Array(Math.max(0, Math.min(times, fitting))).fill(piece)),
  );
}

/** Each copy of the first bytes of a part, a header as a rule, says that it holds all that follow. */
function nested(draw: Draw, bytes: Buffer, { start, end }: Part): Buffer {
  const headerBytes = draw.pick([8, 12, 16]);
  let inside = bytes.subarray(start, end);
  const header = Buffer.from(inside.subarray(0, headerBytes));
  if (header.length < headerBytes) return bytes;
  for (let left = draw.pick([1, 2, 20, 500]); left > 0; left--) {
    header.writeUInt32BE(inside.length + headerBytes);
    inside = Buffer.concat([header, inside]);
  }
  return Buffer.concat([bytes.subarray(0, start), inside, bytes.subarray(end)]);
}
