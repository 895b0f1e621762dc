import { hasText, textAt } from '../../formats/bytes.ts';

/** How far to search for the root element: comments before it may hold a licence. */
const searchedBytes = 64 * 1_024;

/**
 * Whether bytes are an SVG document: in UTF-8, UTF-16 or the declared encoding, after a byte order
 * mark, an XML declaration, comments and a DOCTYPE. Compressed SVG (SVGZ) is not accepted.
 */
export function isSvg(bytes: Uint8Array): boolean {
  if (!mayBeXml(bytes)) return false;
  const text = svgText(bytes.subarray(0, searchedBytes));
  return /^<([\w.-]+:)?svg[\s/>]/.test(text.slice(prologueOf(text).end));
}

/** Decodes the text without its byte order mark. */
export function svgText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Bytes that XML allows before `<`: byte order marks and white space, in one or two bytes. */
const ignored = new Set([0, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe, 0xff]);

function mayBeXml(bytes: Uint8Array): boolean {
  return bytes.subarray(0, searchedBytes).find((byte) => !ignored.has(byte)) === 0x3c;
}

/** Detected from the first bytes, otherwise as declared: XML 1.0, appendix F. */
function encodingOf(bytes: Uint8Array): string {
  if (hasText(bytes, '\xff\xfe') || hasText(bytes, '<\0')) return 'utf-16le';
  if (hasText(bytes, '\xfe\xff') || hasText(bytes, '\0<')) return 'utf-16be';
  const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)/.exec(textAt(bytes, 0, 200))?.[1];
  return declared && isKnown(declared) ? declared : 'utf-8';
}

function isKnown(encoding: string): boolean {
  try {
    // UTF-16 would have been detected from the first bytes.
    return !new TextDecoder(encoding).encoding.startsWith('utf-16');
  } catch {
    return false;
  }
}

interface Prologue {
  /** The offset of the root element. */
  end: number;
  /** The declarations between the brackets of the DOCTYPE. */
  declarations: string;
}

/** Parses everything before the root element: XML 1.0, 2.8. */
export function prologueOf(text: string): Prologue {
  const part = /\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^[>]*(?:\[(.*?)\]\s*)?>/sy;
  let [end, declarations] = [0, ''];
  for (let match = part.exec(text); match; match = part.exec(text)) {
    end = part.lastIndex;
    declarations += match[1] ?? '';
  }
  return { end, declarations };
}

/**
 * Rewrites the document for libvips: in UTF-8, with `<svg` near the start. libvips searches for it
 * there and would miss it after a long comment or with a prefix.
 */
export function normalizeSvg(bytes: Uint8Array): Uint8Array {
  const text = svgText(bytes).replace(/^\s*<\?xml\s[^>]*\?>/, '');
  return Buffer.from(`<!--<svg-->${text}`, 'utf8');
}
