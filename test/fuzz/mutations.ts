import fc, { type Arbitrary } from 'fast-check';
import { chance, shares, unexpectedNumbers } from './arbitraries.ts';
import {
  anyNumbers,
  type FieldIn,
  type MutationInput,
  parts,
  places,
  slices,
  someBytes,
  structureNumbers,
} from './pieces.ts';
import { inserted, maxFileBytes, nested, repeated, swapped, without } from './splice-bytes.ts';
import { numberAt, withNumber } from './structure/number-field.ts';
import { withChangedPixels } from './structure/png-structure.ts';
import { type FormatStructure, structureOf, structures } from './structure/structure-of.ts';

type Mutation = (input: MutationInput) => Buffer;

/** A mutation, and its parameters other than the file. */
function mutation<Parameters>(
  parameters: Arbitrary<Parameters>,
  change: (input: MutationInput, parameters: Parameters) => Buffer,
): Arbitrary<Mutation> {
  return parameters.map((drawn) => (input) => change(input, drawn));
}

function inSequence(changes: readonly Mutation[]): Mutation {
  return (input) => changes.reduce((bytes, change) => change({ ...input, bytes }), input.bytes);
}

function numberChanges(fields: Arbitrary<FieldIn>): Arbitrary<Mutation> {
  return mutation(fc.tuple(fields, unexpectedNumbers), (input, [fieldIn, valueFor]) => {
    const { bytes } = input;
    const field = fieldIn(input);
    if (!field || field.at + field.size > bytes.length) return bytes;
    return withNumber(bytes, field, valueFor(numberAt(bytes, field)));
  });
}

const flips = [1, 1, 2, 8, 64].map((maxLength) =>
  fc.array(fc.tuple(places, fc.nat(7)), { minLength: 1, maxLength, size: 'max' }),
);
const bitFlips = mutation(fc.oneof(...flips), ({ bytes }, flips) => {
  const changed = Buffer.from(bytes);
  for (const [placeIn, bit] of flips) {
    const at = placeIn(bytes);
    changed[at] = (changed[at] ?? 0) ^ (1 << bit);
  }
  return changed;
});

const fills = mutation(
  fc.tuple(slices(16), fc.oneof(fc.constantFrom([0], [255]), someBytes(16))),
  ({ bytes }, [sliceOf, fill]) => {
    const { start, end } = sliceOf(bytes);
    return Buffer.from(bytes).fill(Buffer.from(fill), start, end);
  },
);

const cuts = mutation(fc.oneof(slices(4), slices(64), slices()), ({ bytes }, sliceOf) =>
  without(bytes, sliceOf(bytes)),
);

const structureChanges = numberChanges(structureNumbers);
const repetitions = fc.constantFrom(1, 1, 2, 10, 1_000);
const bombs = fc.constantFrom(60_000, 65_535, 10_000, 4_000, 1_000, 100, 2 ** 31 - 1);
const keptSides = fc.array(chance(30), { minLength: 8, maxLength: 8 });
const twoParts = fc.tuple(parts, parts);

const mutations = {
  'flip bits': bitFlips,
  'set bytes': fills,
  'set any number': numberChanges(anyNumbers),
  'set a number of the structure': structureChanges,
  'set several numbers of the structure': fc
    .array(structureChanges, { minLength: 2, maxLength: 5 })
    .map(inSequence),
  'copy a number of the structure': mutation(
    fc.tuple(structureNumbers, structureNumbers),
    (input, fields) => {
      const { bytes } = input;
      const [from, to] = [fields[0](input), fields[1](input)];
      return from && to ? withNumber(bytes, to, numberAt(bytes, from)) : bytes;
    },
  ),
  'declare another size': mutation(
    fc.tuple(bombs, keptSides),
    ({ bytes, format }, [bomb, isKept]) => {
      const sides = structureOf(format, bytes).numbers.filter(({ isSide }) => isSide);
      // From the last number to the first, as a number in text can become longer.
      return sides
        .filter((_, i) => !isKept[i % isKept.length])
        .toReversed()
        .reduce((changed, field) => withNumber(changed, field, bomb), bytes);
    },
  ),
  'change compressed data': fc.oneof(bitFlips, fills, cuts).map((change) => (input) => {
    if (input.format !== 'png') return change(input);
    return withChangedPixels(input.bytes, (bytes) => change({ ...input, bytes }));
  }),
  'truncate the file': mutation(shares, ({ bytes }, share) =>
    bytes.subarray(0, Math.floor(share * (bytes.length + 1))),
  ),
  'cut out a piece': cuts,
  'repeat a piece': mutation(fc.tuple(slices(200), repetitions), ({ bytes }, [sliceOf, times]) =>
    repeated(bytes, sliceOf(bytes), times),
  ),
  'insert bytes': mutation(fc.tuple(places, someBytes(40)), ({ bytes }, [placeIn, more]) =>
    inserted(bytes, placeIn(bytes), more),
  ),
  'drop a part': mutation(parts, ({ bytes, format }, partOf) =>
    without(bytes, partOf(bytes, format)),
  ),
  'repeat a part': mutation(fc.tuple(parts, repetitions), ({ bytes, format }, [partOf, times]) =>
    repeated(bytes, partOf(bytes, format), times),
  ),
  'swap two parts': mutation(twoParts, ({ bytes, format }, partsOf) => {
    const [a, b] = [partsOf[0](bytes, format), partsOf[1](bytes, format)];
    return swapped(bytes, a.start <= b.start ? [a, b] : [b, a]);
  }),
  'insert a part of another file': mutation(twoParts, ({ bytes, format, other }, partsOf) => {
    const { start, end } = partsOf[0](other, format);
    return inserted(bytes, partsOf[1](bytes, format).start, other.subarray(start, end));
  }),
  'nest parts': mutation(
    fc.tuple(parts, fc.constantFrom(8, 12, 16), fc.constantFrom(1, 2, 20, 500)),
    ({ bytes, format }, [partOf, headerBytes, depth]) =>
      nested(bytes, partOf(bytes, format), { headerBytes, depth }),
  ),
  'insert the file into itself': mutation(parts, ({ bytes, format }, partOf) =>
    inserted(bytes, partOf(bytes, format).start, bytes),
  ),
  'continue as another file': mutation(fc.tuple(places, places), ({ bytes, other }, placesIn) =>
    Buffer.concat([bytes.subarray(0, placesIn[0](bytes)), other.subarray(placesIn[1](other))]),
  ),
  'begin as another file': mutation(
    fc.constantFrom(2, 4, 8, 12, 16, 32),
    ({ bytes, other }, length) =>
      Buffer.concat([other.subarray(0, length), bytes.subarray(length)]),
  ),
  'append data': mutation(
    fc.oneof(fc.constantFrom('other', 'bytes'), someBytes(100), fc.constant(Buffer.alloc(5_000))),
    (input, more) => Buffer.concat([input.bytes, typeof more === 'string' ? input[more] : more]),
  ),
} satisfies Record<string, Arbitrary<Mutation>>;

export type MutationName = keyof typeof mutations;
export const mutationNames = Object.keys(mutations) as MutationName[];

export interface MutationList {
  names: MutationName[];
  change: Mutation;
  /** Some cases keep their damaged checksums. */
  isUnrepaired: boolean;
}

const named = fc.oneof(
  ...mutationNames.map((name) => mutations[name].map((change: Mutation) => ({ name, change }))),
);

/** One to four mutations in sequence; a single one in half of the cases. */
export const mutationLists: Arbitrary<MutationList> = fc
  .tuple(
    fc.oneof(...[1, 4, 4].map((maxLength) => fc.array(named, { minLength: 1, maxLength }))),
    chance(10),
  )
  .map(([list, isUnrepaired]) => ({
    names: list.map(({ name }) => name),
    change: inSequence(
      list.map(
        ({ change }) =>
          (input) =>
            change(input).subarray(0, maxFileBytes),
      ),
    ),
    isUnrepaired,
  }));

export function mutate({ change, isUnrepaired }: MutationList, input: MutationInput): Buffer {
  const { repair }: FormatStructure = structures[input.format];
  const changed = change(input);
  return repair && !isUnrepaired ? repair(changed) : changed;
}
