import { hasText, textAt } from '../../formats/bytes.ts';
import { byteReader } from '../byte-reader.ts';
import { isoBox, isoBoxes } from '../iso-boxes.ts';
import { countPages } from './heif-header.ts';
import { readHeifItems } from './heif-items.ts';
import { heifOrientation } from './heif-orientation.ts';
import { buildStill, type StillPart } from './still-avif.ts';

/** Counts the images of an AVIF: its items, or the frames of its animation. */
export function avifPages(bytes: Uint8Array): number {
  const items = orNothing(() => readHeifItems(bytes));
  const frames = orNothing(() => firstFrames(bytes).at(0)?.frames);
  return Math.max(items ? countPages(items) : 1, frames ?? 1);
}

/** The orientation that libheif applies to the image of an AVIF. */
export function avifOrientation(bytes: Uint8Array): number | undefined {
  const primary = orNothing(() => readHeifItems(bytes)?.primary);
  return primary && heifOrientation(primary);
}

/**
 * An animated AVIF as a still image of its first frame, because libvips rejects image sequences.
 * Most have their first frame as an image as well, so that only the brand must be changed.
 */
export function withoutSequence(bytes: Uint8Array): Uint8Array {
  if (!sequenceBrands.some((brand) => hasText(bytes, brand, brandAt))) return bytes;
  if (orNothing(() => readHeifItems(bytes))) {
    const still = new Uint8Array(bytes);
    still.set(Buffer.from('avif'), brandAt);
    return still;
  }
  const [first, ...others] = orNothing(() => firstFrames(bytes)) ?? [];
  if (!first) return bytes;
  const alpha = others.find(({ isAlpha }) => isAlpha);
  return buildStill(first, alpha, isoBox(bytes, 'moov') ?? new Uint8Array());
}

const brandAt = 8;
const sequenceBrands = ['avis', 'msf1'];

interface Frame extends StillPart {
  isAlpha: boolean;
  frames: number;
}

/** The first frame of each AV1 track, colours first: ISO/IEC 14496-12, 8.3 to 8.7. */
function firstFrames(bytes: Uint8Array): Frame[] {
  const tracks = [...isoBoxes(isoBox(bytes, 'moov') ?? new Uint8Array())]
    .filter(({ type }) => type === 'trak')
    .flatMap(({ body }) => firstFrame(bytes, body) ?? []);
  return tracks.toSorted((a, b) => Number(a.isAlpha) - Number(b.isAlpha));
}

/** A sample entry has 78 bytes of fixed fields before its boxes: ISO/IEC 14496-12, 12.1.3. */
const [sizeAt, boxesAt] = [24, 78];

function firstFrame(bytes: Uint8Array, track: Uint8Array): Frame | undefined {
  const media = isoBox(track, 'mdia');
  const table = at(at(media, 'minf'), 'stbl');
  const entry = at(at(table, 'stsd')?.subarray(8), 'av01');
  const [sizes, offset] = [at(table, 'stsz'), firstOffset(table)];
  if (!entry || !sizes || offset === undefined) return undefined;
  const reader = byteReader(sizes, { byteOrder: 'big endian', at: 4 });
  const [commonSize, frames] = [reader.uint32(), reader.uint32()];
  const size = byteReader(entry, { byteOrder: 'big endian', at: sizeAt });
  const data = bytes.subarray(offset, offset + (commonSize || reader.uint32()));
  return {
    ...{ width: size.uint16(), height: size.uint16(), data, frames },
    boxes: [...isoBoxes(entry.subarray(boxesAt))].filter(({ type }) => kept.includes(type)),
    isAlpha: textAt(at(media, 'hdlr') ?? new Uint8Array(), 8, 12) === 'auxv',
  };
}

/** The decoder’s configuration and the colours; both are properties of still images too. */
const kept = ['av1C', 'colr', 'pixi'];

function firstOffset(table: Uint8Array | undefined): number | undefined {
  const [short, long] = [at(table, 'stco'), at(table, 'co64')];
  const offsets = short ?? long;
  if (!offsets) return undefined;
  const reader = byteReader(offsets, { byteOrder: 'big endian', at: 8 });
  return short ? reader.uint32() : reader.uint64();
}

function at(box: Uint8Array | undefined, type: string): Uint8Array | undefined {
  return box && isoBox(box, type);
}

/** What cannot be parsed is left to libheif, which may be more tolerant. */
function orNothing<Result>(parse: () => Result): Result | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
