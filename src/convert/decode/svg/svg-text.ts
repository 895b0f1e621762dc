import { hasText, textAt } from '../../formats/bytes.ts';

/** How far the root element is looked for: comments before it may hold a licence. */
const searchedBytes = 64 * 1_024;

/**
 * Whether bytes are an SVG document: in UTF-8, UTF-16 or what it declares, after a byte order mark,
 * an XML declaration, comments and a DOCTYPE. What is packed (SVGZ) is not.
 */
export function isSvg(bytes: Uint8Array): boolean {
  if (!mayBeXml(bytes)) return false;
  const text = svgText(bytes.subarray(0, searchedBytes));
  return /^<([\w.-]+:)?svg[\s/>]/.test(text.slice(prologueOf(text).end));
}

/** Text without a byte order mark. */
export function svgText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** What XML allows before `<`: byte order marks and white space, in one byte or two. */
const ignored = new Set([0, 0x09, 0x0a, 0x0d, 0x20, 0xef, 0xbb, 0xbf, 0xfe, 0xff]);

function mayBeXml(bytes: Uint8Array): boolean {
  return bytes.subarray(0, searchedBytes).find((byte) => !ignored.has(byte)) === 0x3c;
}

/** By the first bytes, or else as it declares: XML 1.0, appendix F. */
function encodingOf(bytes: Uint8Array): string {
  if (hasText(bytes, '\xff\xfe') || hasText(bytes, '<\0')) return 'utf-16le';
  if (hasText(bytes, '\xfe\xff') || hasText(bytes, '\0<')) return 'utf-16be';
  const declared = /^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)/.exec(textAt(bytes, 0, 200))?.[1];
  return declared && isKnown(declared) ? declared : 'utf-8';
}

function isKnown(encoding: string): boolean {
  try {
    // Two bytes a character would have been seen.
    return !new TextDecoder(encoding).encoding.startsWith('utf-16');
  } catch {
    return false;
  }
}

interface Prologue {
  /** Where the root element begins. */
  end: number;
  /** What the DOCTYPE declares between its brackets. */
  declarations: string;
}

/** What comes before the root element: XML 1.0, 2.8. */
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
 * The document as libvips takes it: in UTF-8, and with what it looks for near the beginning, which
 * after a long comment or with a prefix it would not find.
 */
export function plainSvg(bytes: Uint8Array): Uint8Array {
  const text = svgText(bytes).replace(/^\s*<\?xml\s[^>]*\?>/, '');
  return Buffer.from(`<!--<svg-->${text}`, 'utf8');
}
