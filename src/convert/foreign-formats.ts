import { hasText } from './bytes.ts';
import { fileBrand } from './file-brand.ts';

/** What people upload by mistake, and how it begins. The first row that matches names it. */
const foreignFormats: readonly (readonly [name: string, starts: readonly string[]])[] = [
  ['PDF', ['%PDF-']],
  ['PostScript', ['%!PS', '\xc5\xd0\xd3\xc6']],
  ['OpenEXR', ['v/1\x01']],
  ['Radiance HDR', ['#?RADIANCE', '#?RGBE']],
  ['DDS', ['DDS ']],
  ['ZIP', ['PK\x03\x04', 'PK\x05\x06']],
  ['gzip', ['\x1f\x8b']],
  ['7-Zip', ["7z\xbc\xaf'\x1c"]],
  ['RAR', ['Rar!\x1a\x07']],
  ['a Matroska or WebM video', ['\x1a\x45\xdf\xa3']],
  ['an MPEG video', ['\0\0\x01\xba', '\0\0\x01\xb3']],
];

const textFormats: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['HTML', /^\s*<(!doctype html|html)\b/i],
  ['SVG', /<svg[\s>]/i],
  ['XML', /^\s*<\?xml/],
];

/** In a few words, what bytes that are none of the accepted formats look like. */
export function foreignFormatOf(bytes: Uint8Array): string {
  return (
    foreignFormats.find(([, starts]) => starts.some((start) => hasText(bytes, start)))?.[0] ??
    fileBrand(bytes) ??
    riffKind(bytes) ??
    textKind(bytes) ??
    'nothing that is recognised'
  );
}

function riffKind(bytes: Uint8Array): string | undefined {
  if (!hasText(bytes, 'RIFF')) return undefined;
  return hasText(bytes, 'AVI ', 8) ? 'an AVI video' : 'a RIFF file';
}

function textKind(bytes: Uint8Array): string | undefined {
  const start = bytes.subarray(0, 1_024);
  const text = new TextDecoder().decode(start);
  const named = textFormats.find(([, pattern]) => pattern.test(text));
  if (named) return named[0];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what text does not have.
  return /[\0-\x08\x0e-\x1f]/.test(text) || text.slice(0, -1).includes('\ufffd')
    ? undefined
    : 'text';
}
