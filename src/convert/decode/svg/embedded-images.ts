import { ConversionError } from '../../errors.ts';
import { loadSharp } from '../../load-sharp.ts';
import { isSvg, prologueOf } from './svg-text.ts';

// librsvg follows no references to files or servers, but draws `data:` images of any size: a few
// kilobytes of PNG can expand to gigabytes of pixels. So these are measured first.

/** Bytes per embedded pixel while the SVG is drawn, which may hold several images. Measured. */
export const embeddedPixelBytes = 12;

/**
 * Counts the pixels of the images inside an SVG. Throws `ConversionError` for anything that could
 * hide one: entities that are not plain text, images that cannot be measured, an SVG in the SVG.
 */
export async function countEmbeddedPixels(text: string): Promise<number> {
  const entities = entitiesOf(prologueOf(text).declarations);
  let pixels = 0;
  for (const reference of referencesIn(text)) {
    const url = expand(reference, entities).replace(/[\t\n\r]/g, '');
    if (/^\s*data:/i.test(url)) pixels += await pixelsOf(url);
  }
  return pixels;
}

/** Some programs declare entities to shorten their namespaces. */
const plainEntity = /<!ENTITY\s+([\w:.-]+)\s+(?:"([^"&%<]*)"|'([^'&%<]*)')\s*>/g;
const otherDeclaration = /<!(?:ATTLIST|ELEMENT)\s(?:(?!href)[^<>&%])*>/g;

function entitiesOf(declarations: string): Map<string, string> {
  const rest = declarations.replace(plainEntity, '').replace(otherDeclaration, '');
  if (rest.trim() !== '') {
    throw new ConversionError(
      'UNSUPPORTED_FORMAT',
      'Expected the DOCTYPE of an SVG to declare only plain text, but it declares external or nested entities, or a default for a reference. Save it without a DOCTYPE.',
    );
  }
  const found = [...declarations.matchAll(plainEntity)];
  // The first of several declarations wins.
  return new Map(found.reverse().map(([, name = '', one, other]) => [name, one ?? other ?? '']));
}

/** Iterates over all possible `href` values. Unlike in an XML parser, quotes need not match. */
function* referencesIn(text: string): Generator<string> {
  const ends: Record<string, number> = {};
  for (const { 1: quote = '"', 0: match, index } of text.matchAll(/href\s*=\s*(["'])/g)) {
    const start = index + match.length;
    if ((ends[quote] ?? 0) < start) ends[quote] = endOf(text, quote, start);
    yield text.slice(start, ends[quote]);
  }
}

function endOf(text: string, quote: string, start: number): number {
  const at = text.indexOf(quote, start);
  return at < 0 ? text.length : at;
}

const namedCharacters: Record<string, string> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function expand(value: string, entities: Map<string, string>): string {
  return value.replace(/&(?:#x([\da-f]+)|#(\d+)|([\w:.-]+));/gi, (whole, hex, decimal, name) => {
    if (name) return entities.get(name) ?? namedCharacters[name] ?? whole;
    const code = hex ? Number.parseInt(hex, 16) : Number(decimal);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

async function pixelsOf(url: string): Promise<number> {
  const comma = url.indexOf(',');
  const content = percentDecoded(url.slice(comma + 1));
  const isBase64 = /;\s*base64\s*$/i.test(url.slice(0, comma));
  const bytes = isBase64 ? Buffer.from(content.toString('latin1'), 'base64') : content;
  if (comma < 0 || bytes.length === 0) return 0;
  if (isSvg(bytes)) throw unmeasurable('one of them is an SVG itself');
  const sharp = await loadSharp();
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return width * height;
  } catch {
    throw unmeasurable('one of them is damaged or of an unknown format');
  }
}

/** https://url.spec.whatwg.org/#percent-decode */
function percentDecoded(text: string): Buffer {
  const latin = Buffer.from(text, 'utf8').toString('latin1');
  const bytes = latin.replace(/%([\da-f]{2})/gi, (_, digits) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

function unmeasurable(reason: string): ConversionError {
  return new ConversionError(
    'UNSUPPORTED_FORMAT',
    `Expected the images inside an SVG to be PNG, JPEG, GIF or WebP, but ${reason}. Remove it, or convert the SVG to PNG first.`,
  );
}
