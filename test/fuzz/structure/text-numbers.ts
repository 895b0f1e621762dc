import type { NumberField } from './structure.ts';

/** The first thirty numbers of a text. */
export function textNumbers(text: string): NumberField[] {
  return [...text.matchAll(/\d{1,8}/g)]
    .slice(0, 30)
    .map(({ index, 0: word }) => ({ at: index, size: textSize(word), order: 'text' }));
}

/** For a longer number, the first digits are changed. */
function textSize({ length }: string): NumberField['size'] {
  return ([8, 4, 3, 2, 1] as const).find((size) => size <= length) ?? 1;
}
