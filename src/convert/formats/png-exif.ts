import { inflateSync } from 'node:zlib';
import { pngChunks } from './png-chunks.ts';

/**
 * The EXIF data of a PNG: its eXIf chunk, which may follow the image data, where libvips does not
 * search (https://www.w3.org/TR/png-3/#eXIf), or the text that ImageMagick, exiv2 and others wrote
 * before there was such a chunk. Undefined if there is none.
 */
export function pngExif(bytes: Uint8Array): Uint8Array | undefined {
  // Only the first counts: each may be a megabyte, and there may be many.
  let first: PngText | undefined;
  for (const { type, data } of pngChunks(bytes)) {
    if (type === 'eXIf') return data;
    if (first || !Object.hasOwn(texts, type)) continue;
    const text = texts[type]?.(data);
    if (text && keywords.includes(text.keyword)) first = text;
  }
  return first && profileIn(first.text);
}

interface PngText {
  keyword: string;
  text: string;
}

/** Chunks of text: https://www.w3.org/TR/png-3/#11textinfo. */
const texts: Record<string, (data: Uint8Array) => PngText> = {
  tEXt(data) {
    const [keyword, rest] = atZero(data);
    return { keyword, text: latin1(rest) };
  },
  zTXt(data) {
    const [keyword, rest] = atZero(data);
    // After the compression method, of which there is one.
    return { keyword, text: inflated(keyword, rest.subarray(1)) };
  },
  iTXt(data) {
    const [keyword, rest] = atZero(data);
    const [, afterLanguage] = atZero(rest.subarray(2));
    const [, text] = atZero(afterLanguage);
    return { keyword, text: rest[0] === 1 ? inflated(keyword, text) : latin1(text) };
  },
};

const keywords = ['Raw profile type exif', 'Raw profile type APP1'];

/** Profiles are far smaller; a larger text is no profile. */
const maxTextBytes = 2 ** 20;

/** A newline, the name, the number of bytes, and the bytes in hexadecimal on several lines. */
function profileIn(text: string): Uint8Array | undefined {
  const [, hex = ''] = /^\s*\S+\s+\d+\s+([\da-fA-F\s]+)/.exec(text) ?? [];
  return hex === '' ? undefined : Buffer.from(hex.replace(/\s+/g, ''), 'hex');
}

function inflated(keyword: string, data: Uint8Array): string {
  if (!keywords.includes(keyword)) return '';
  try {
    return latin1(inflateSync(data, { maxOutputLength: maxTextBytes }));
  } catch {
    return '';
  }
}

function atZero(data: Uint8Array): [before: string, after: Uint8Array] {
  const end = data.indexOf(0);
  return end < 0
    ? [latin1(data), new Uint8Array()]
    : [latin1(data.subarray(0, end)), data.subarray(end + 1)];
}

function latin1(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
}
