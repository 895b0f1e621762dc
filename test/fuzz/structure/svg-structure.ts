import type { Structure } from './structure.ts';
import { textNumbers } from './text-numbers.ts';

/** Elements, split at their tags, and every number in the text. */
export function svgStructure(bytes: Buffer): Structure {
  const text = bytes.toString('latin1');
  const parts = [...text.matchAll(/<[^<>]*>[^<]*/g)].map(({ index, 0: element }) => ({
    start: index,
    end: index + element.length,
  }));
  return { parts, numbers: textNumbers(text) };
}
