import { isSvg } from '../decode/svg/svg-text.ts';
import { hasText, textAt } from './bytes.ts';
import { fileBrand } from './file-brand.ts';

/** An unsupported format: what the file appears to be, and what the user can do. */
interface ForeignFormat {
  name: string;
  cure: string;
}

const save = 'Save the image in one of these formats.';
const extractStill = 'Extract a still image from it first.';
const render = 'Render it to PNG first.';
const exportIt = 'Export it to PNG or TIFF first.';
const toneMap = 'Tone map it to PNG or TIFF first.';
const unpack = 'Unpack it and use the images in it.';
const extractImages = 'Extract the images from it first, or render its pages to PNG.';

interface Signature extends ForeignFormat {
  starts: readonly string[];
  at?: number;
}

/** An icon, a pointer, each in colour too, or an array of bitmaps, before the size of its header. */
const os2Icons = ['IC\x1a\0', 'CI\x1a\0', 'PT\x1a\0', 'CP\x1a\0', 'BA\x28\0', 'BA\x1a\0'];

/** Signatures of files that people use by mistake. The first matching row wins. */
const signatures: readonly Signature[] = [
  { name: 'PDF', cure: render, starts: ['%PDF-'] },
  { name: 'PostScript', cure: render, starts: ['%!PS', '\xc5\xd0\xd3\xc6'] },
  { name: 'OpenEXR', cure: toneMap, starts: ['v/1\x01'] },
  { name: 'Radiance HDR', cure: toneMap, starts: ['#?RADIANCE', '#?RGBE'] },
  { name: 'FITS', cure: toneMap, starts: ['SIMPLE  ='] },
  { name: 'DICOM', cure: exportIt, starts: ['DICM'], at: 128 },
  { name: 'a GIMP image (XCF)', cure: exportIt, starts: ['gimp xcf '] },
  { name: 'an OS/2 icon or pointer', cure: save, starts: os2Icons },
  { name: 'EMF', cure: render, starts: [' EMF'], at: 40 },
  { name: 'WMF', cure: render, starts: ['\xd7\xcd\xc6\x9a', '\x01\0\x09\0\0\x03'] },
  { name: 'JPEG XR', cure: save, starts: ['II\xbc\x01', 'II\xbc\0'] },
  { name: 'FLIF', cure: save, starts: ['FLIF'] },
  { name: 'BPG', cure: save, starts: ['BPG\xfb'] },
  { name: 'MNG', cure: save, starts: ['\x8aMNG'] },
  { name: 'JNG', cure: save, starts: ['\x8bJNG'] },
  { name: 'DjVu', cure: render, starts: ['AT&TFORM'] },
  { name: 'an Office document', cure: extractImages, starts: ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'] },
  { name: 'gzip', cure: unpack, starts: ['\x1f\x8b'] },
  { name: 'bzip2', cure: unpack, starts: ['BZh'] },
  { name: 'xz', cure: unpack, starts: ['\xfd7zXZ\0'] },
  { name: 'Zstandard', cure: unpack, starts: ['\x28\xb5\x2f\xfd'] },
  { name: '7-Zip', cure: unpack, starts: ["7z\xbc\xaf'\x1c"] },
  { name: 'RAR', cure: unpack, starts: ['Rar!\x1a\x07'] },
  { name: 'tar', cure: unpack, starts: ['ustar'], at: 257 },
  { name: 'a Matroska or WebM video', cure: extractStill, starts: ['\x1a\x45\xdf\xa3'] },
  { name: 'an MPEG video', cure: extractStill, starts: ['\0\0\x01\xba', '\0\0\x01\xb3'] },
  { name: 'an MPEG video', cure: extractStill, starts: ['G@\0'] },
  { name: 'a QuickTime video', cure: extractStill, starts: ['moov', 'mdat', 'wide'], at: 4 },
  { name: 'a Flash video', cure: extractStill, starts: ['FLV\x01'] },
  {
    name: 'a Windows Media video',
    cure: extractStill,
    starts: ['\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  },
  { name: 'an Ogg video', cure: extractStill, starts: ['OggS'] },
  {
    name: 'a Git LFS pointer',
    cure: 'Run git lfs pull and use the actual file.',
    starts: ['version https://git-lfs.github.com/spec/'],
  },
];

/** Kinds of ZIP archives, by the name or content of their first file. */
const zipKinds: readonly (ForeignFormat & { starts: readonly string[] })[] = [
  { name: 'a Krita image', cure: exportIt, starts: ['mimetypeapplication/x-krita'] },
  { name: 'OpenRaster', cure: exportIt, starts: ['mimetypeimage/openraster'] },
  {
    name: 'an Office document',
    cure: extractImages,
    starts: ['[Content_Types].xml', '_rels/', 'mimetypeapplication/vnd.oasis.opendocument'],
  },
];

const textKinds: readonly (ForeignFormat & { pattern: RegExp })[] = [
  {
    name: 'HTML',
    cure: 'It may be an error page: open it in a browser, and use the image itself.',
    pattern: /^\s*<(!doctype html|html)\b/i,
  },
  { name: 'SVG', cure: render, pattern: /<svg[\s>]/i },
  {
    name: 'XML',
    cure: 'It may be an error message: read it, and use the image itself.',
    pattern: /^\s*<\?xml/,
  },
  {
    name: 'JSON',
    cure: 'It may be an error message: read it, and use the image itself.',
    pattern: /^\s*(\{\s*("|\}\s*$)|\[\s*["{[\d\]])/,
  },
];

/** Identifies bytes that are in none of the accepted formats. */
export function identifyForeignFormat(bytes: Uint8Array): ForeignFormat {
  return (
    signatures.find(({ starts, at }) => starts.some((start) => hasText(bytes, start, at))) ??
    zipKind(bytes) ??
    brandKind(bytes) ??
    riffKind(bytes) ??
    textKind(bytes) ?? { name: 'an unknown format', cure: save }
  );
}

/** The name of the first file starts at byte 30, followed by its content. */
function zipKind(bytes: Uint8Array): ForeignFormat | undefined {
  if (!hasText(bytes, 'PK\x03\x04') && !hasText(bytes, 'PK\x05\x06')) return undefined;
  const first = textAt(bytes, 30, 128);
  const kind = zipKinds.find(({ starts }) => starts.some((start) => first.startsWith(start)));
  return kind ?? { name: 'ZIP', cure: unpack };
}

function brandKind(bytes: Uint8Array): ForeignFormat | undefined {
  const name = fileBrand(bytes);
  return name ? { name, cure: name.endsWith('video') ? extractStill : save } : undefined;
}

function riffKind(bytes: Uint8Array): ForeignFormat | undefined {
  if (!hasText(bytes, 'RIFF')) return undefined;
  return hasText(bytes, 'AVI ', 8)
    ? { name: 'an AVI video', cure: extractStill }
    : { name: 'a RIFF file', cure: save };
}

function textKind(bytes: Uint8Array): ForeignFormat | undefined {
  if (isSvg(bytes)) return svg;
  const start = bytes.subarray(0, 1_024);
  const text = new TextDecoder().decode(start);
  const named = textKinds.find(({ pattern }) => pattern.test(text));
  if (named) return named;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: text has none of these.
  return /[\0-\x08\x0e-\x1f]/.test(text) || text.slice(0, -1).includes('\ufffd')
    ? undefined
    : { name: 'text', cure: save };
}

const svg: ForeignFormat = {
  name: 'SVG',
  cure: 'Set allowSvg to render it, or render it to PNG first.',
};
