import { inflateSync } from 'node:zlib';

/** A text chunk: https://www.w3.org/TR/png-3/#11textinfo. */
export interface PngText {
  keyword: string;
  /** Latin-1 in tEXt and zTXt, UTF-8 in iTXt. */
  text: Uint8Array;
}

/** The text of a chunk of this type, if it is text under one of these keywords. */
export function readPngText(
  type: string,
  data: Uint8Array,
  keywords: readonly string[],
): PngText | undefined {
  if (!Object.hasOwn(readers, type)) return undefined;
  const [keyword, rest] = atZero(data);
  const name = Buffer.from(keyword).toString('latin1');
  // Nothing else is decompressed.
  const text = keywords.includes(name) ? readers[type]?.(rest) : undefined;
  return text && { keyword: name, text };
}

const readers: Record<string, (afterKeyword: Uint8Array) => Uint8Array> = {
  tEXt: (text) => text,
  // After the compression method, of which there is one.
  zTXt: (rest) => inflated(rest.subarray(1)),
  iTXt(rest) {
    const [, afterLanguage] = atZero(rest.subarray(2));
    const [, text] = atZero(afterLanguage);
    return rest[0] === 1 ? inflated(text) : text;
  },
};

/** Profiles are far smaller; a larger text is no profile. */
const maxTextBytes = 2 ** 20;

function inflated(data: Uint8Array): Uint8Array {
  try {
    return inflateSync(data, { maxOutputLength: maxTextBytes });
  } catch {
    return new Uint8Array();
  }
}

function atZero(data: Uint8Array): [before: Uint8Array, after: Uint8Array] {
  const end = data.indexOf(0);
  return end < 0 ? [data, new Uint8Array()] : [data.subarray(0, end), data.subarray(end + 1)];
}
