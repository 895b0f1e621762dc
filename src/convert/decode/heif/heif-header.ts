import { textAt } from '../../formats/bytes.ts';
import { isoBox, viewOf } from '../iso-boxes.ts';
import type { WasmHeader } from '../wasm/wasm-decoder.ts';
import { damagedImage, mapParserErrors, unsupportedVariant } from '../wasm/wasm-errors.ts';
import { checkMatrix, convertedCicp, type HeifColours, heifColours } from './heif-colours.ts';
import { firstPart, type HeifItem, type HeifItems, readHeifItems } from './heif-items.ts';
import { heifOrientation } from './heif-orientation.ts';
import { hevcColours } from './hevc-colours.ts';

/** Item types that are coded images; only one of them is supported. */
const codings: Record<string, string> = {
  hvc1: 'HEVC',
  av01: 'AV1',
  avc1: 'AVC',
  jpeg: 'JPEG',
  j2k1: 'JPEG 2000',
  vvc1: 'VVC',
  unci: 'no compression',
};

/** Items derived from other items: a grid, an overlay, or an identical image. */
const derivedTypes: readonly string[] = ['grid', 'iovl', 'iden'];

/** Identifies an auxiliary image as alpha: the URN of the standard and of its draft. */
const alphaTypes = ['urn:mpeg:mpegB:cicp:systems:auxiliary:alpha', 'urn:mpeg:hevc:2015:auxid:1'];

/** Reads the properties of the primary image from the boxes alone. */
export function readHeifHeader(bytes: Uint8Array): WasmHeader {
  return mapParserErrors('HEIC', () => {
    const file = readHeifItems(bytes);
    if (!file)
      throw hasTrack(bytes) ? unsupportedVariant('HEIC', 'an image sequence') : missingPrimary();
    const { primary } = file;
    const coded = codedItem(file, primary);
    const { width, height } = sizeOf(primary);
    const { isGray, depth } = samplesOf(coded);
    const hasAlpha = alphaOf(file) !== undefined;
    const orientation = heifOrientation(primary);
    const isStated = primary.properties.some(({ type }) => type === 'colr');
    const stated = heifColours(isStated ? primary : coded);
    // Of gray, libheif reports the colours in the data.
    const isCoded = !isGray && !stated.icc && !stated.cicp;
    const { matrix, ...colours } = isCoded ? codedColours(coded) : stated;
    if (!isGray) checkMatrix('HEIC', matrix);
    return {
      width,
      height,
      channels: (isGray ? 1 : 3) + (hasAlpha ? 1 : 0),
      depth,
      pages: countPages(file),
      hasAlpha,
      ...(orientation > 1 && { orientation }),
      ...colours,
    };
  });
}

/** Their damage, or what is unspecified in them (2), harms no pixel. */
function codedColours(item: HeifItem): HeifColours {
  try {
    const codes = hevcColours(propertyOf(item, 'hvcC'));
    if (!codes) return {};
    const { matrix, ...numbers } = codes;
    return numbers.primaries === 2 && numbers.transfer === 2
      ? { matrix }
      : { cicp: convertedCicp(codes), matrix };
  } catch {
    return {};
  }
}

function hasTrack(bytes: Uint8Array): boolean {
  return isoBox(bytes, 'moov') !== undefined;
}

function missingPrimary() {
  return damagedImage('HEIC', 'it does not declare a primary image');
}

/** The first HEVC-coded image that the item is made of, or the item itself. */
function codedItem(file: HeifItems, item: HeifItem, depth = 0): HeifItem {
  if (item.type === 'hvc1') return item;
  // An overlay of grids is three levels deep; an item that contains itself would never end.
  if (!derivedTypes.includes(item.type) || depth > 3)
    throw unsupportedVariant('HEIC', codingOf(item));
  const first = firstPart(file, item);
  if (!first) throw damagedImage('HEIC', `its ${item.type} has no parts`);
  return codedItem(file, first, depth + 1);
}

function codingOf({ type }: HeifItem): string {
  const coding = codings[type];
  return coding ? `one coded with ${coding} (${type})` : `an item of type ${type}`;
}

function sizeOf(item: HeifItem): { width: number; height: number } {
  const view = viewOf(propertyOf(item, 'ispe'));
  const [width, height] = [view.getUint32(4), view.getUint32(8)];
  if (width === 0 || height === 0) throw damagedImage('HEIC', `its size is ${width} x ${height}`);
  return { width, height };
}

/** From the decoder’s configuration: ISO/IEC 14496-15, 8.3.3.1. */
function samplesOf(item: HeifItem): { isGray: boolean; depth: number } {
  const view = viewOf(propertyOf(item, 'hvcC'));
  return { isGray: (view.getUint8(16) & 3) === 0, depth: 8 + (view.getUint8(17) & 7) };
}

function propertyOf(item: HeifItem, type: string): Uint8Array {
  const property = item.properties.find((property) => property.type === type);
  if (!property) throw damagedImage('HEIC', `its image has no ${type}`);
  return property.body;
}

function alphaOf({ primary, items, references }: HeifItems): HeifItem | undefined {
  const auxiliary = references.filter(({ type, to }) => type === 'auxl' && to.includes(primary.id));
  return items.find(
    (item) =>
      auxiliary.some(({ from }) => from === item.id) && alphaTypes.includes(auxTypeOf(item)),
  );
}

function auxTypeOf({ properties }: HeifItem): string {
  const body = properties.find(({ type }) => type === 'auxC')?.body ?? new Uint8Array();
  const end = body.indexOf(0, 4);
  return textAt(body, 4, Math.min(end < 0 ? body.length : end, 100));
}

/** Counts displayable images, not thumbnails, alphas, gain maps, depth maps or tiles of a grid. */
export function countPages({ primary, items, references }: HeifItems): number {
  const subordinate = new Set(
    references.flatMap(({ type, from, to }) => {
      if (type === 'thmb' || type === 'auxl') return [from];
      if (type !== 'dimg') return [];
      // Applying a gain map uses a derived item of another type; it is still one image.
      return items.some(({ id, type }) => id === from && derivedTypes.includes(type)) ? to : [];
    }),
  );
  const others = items.filter(
    ({ id, type, isHidden }) =>
      id !== primary.id && isImage(type) && !isHidden && !subordinate.has(id),
  );
  return 1 + others.length;
}

function isImage(type: string): boolean {
  return Object.hasOwn(codings, type) || derivedTypes.includes(type);
}
