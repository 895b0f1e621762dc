import { hasText } from './bytes.ts';
import { fileBrand } from './file-brand.ts';
import { tiffDirectories } from './tiff-layout.ts';

/** Raw formats that are not TIFF or have a distinct signature. */
const starts: readonly (readonly [name: string, start: string, at?: number])[] = [
  ['Canon CR2', 'CR\x02', 8],
  ['Canon CRW', 'HEAPCCDR', 6],
  ['Fujifilm RAF', 'FUJIFILMCCD-RAW'],
  ['Olympus ORF', 'IIRO'],
  ['Olympus ORF', 'IIRS'],
  ['Olympus ORF', 'MMOR'],
  ['Panasonic RW2', 'IIU\0'],
  ['Minolta MRW', '\0MRM'],
  ['Sigma X3F', 'FOVb'],
  ['Phase One IIQ', 'IIII', 8],
];

/** By the start of the maker’s name in the file, ignoring case. */
const makers: readonly (readonly [maker: string, name: string])[] = [
  ['nikon', 'Nikon NEF'],
  ['sony', 'Sony ARW'],
  ['pentax', 'Pentax PEF'],
  ['ricoh', 'Pentax PEF'],
  ['samsung', 'Samsung SRW'],
  ['canon', 'Canon TIF'],
  ['hasselblad', 'Hasselblad 3FR'],
  ['epson', 'Epson ERF'],
  ['seiko epson', 'Epson ERF'],
  ['eastman kodak', 'Kodak DCR'],
  ['kodak', 'Kodak DCR'],
  ['mamiya', 'Mamiya MEF'],
  ['leaf', 'Leaf MOS'],
];

export const cameraRawExtensions = [
  ...['dng', 'cr2', 'cr3', 'crw', 'nef', 'nrw', 'arw', 'sr2', 'raf', 'orf', 'rw2', 'pef', 'srw'],
  ...['3fr', 'erf', 'dcr', 'mef', 'mos', 'mrw', 'iiq', 'x3f'],
] as const;

const compressionTag = 259;
const photometricTag = 262;
const makeTag = 271;
const dngVersionTag = 50_706;
/** A colour filter array, and DNG’s linear raw: TIFF/EP (ISO 12234-2) and the DNG specification. */
const rawPhotometrics = [32_803, 34_892];
/** The proprietary compressions of Sony, Samsung, Nikon and Pentax. */
const rawCompressions = [32_767, 32_770, 34_713, 65_535];

/**
 * The maker’s name for its camera raw format; undefined for other files. Most are TIFFs whose first
 * image is a preview, often tiny, which a TIFF reader would decode instead.
 */
export function cameraRawOf(bytes: Uint8Array): string | undefined {
  const known = starts.find(([, start, at]) => hasText(bytes, start, at));
  if (known) return known[0];
  if (fileBrand(bytes) === 'CR3') return 'Canon CR3';
  return hasText(bytes, 'II*\0') || hasText(bytes, 'MM\0*') ? tiffRawOf(bytes) : undefined;
}

function tiffRawOf(bytes: Uint8Array): string | undefined {
  const directories = [...tiffDirectories(bytes)];
  if (directories[0]?.number(dngVersionTag) !== undefined) return 'Adobe DNG';
  const isRaw = directories.some(
    (directory) =>
      rawPhotometrics.includes(directory.number(photometricTag) ?? 0) ||
      rawCompressions.includes(directory.number(compressionTag) ?? 0),
  );
  if (!isRaw) return undefined;
  const make = directories[0]?.text(makeTag)?.toLowerCase() ?? '';
  return makers.find(([maker]) => make.startsWith(maker))?.[1] ?? 'of an unknown maker';
}
