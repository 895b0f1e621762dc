import { type Cicp, srgb } from '../../colour/cicp.ts';
import { hasText } from '../../formats/bytes.ts';
import { isoBoxes } from '../iso-boxes.ts';
import { damagedImage } from '../wasm/wasm-errors.ts';
import { type JxlBits, jxlBits } from './jxl-bits.ts';
import { readJxlColours } from './jxl-colours.ts';
import { readToneMapping, type ToneMapping } from './jxl-tone-mapping.ts';

export interface JxlHeader {
  width: number;
  height: number;
  /** EXIF orientation. */
  orientation: number;
  isAnimation: boolean;
  depth: number;
  isGray: boolean;
  extraChannels: ExtraChannel[];
  /** The colours that the decoder returns; undefined if the file has a profile. */
  cicp: Cicp | undefined;
  /** Undefined if the header does not have it, so that it is the default. */
  toneMapping?: ToneMapping;
}

interface ExtraChannel {
  type: number;
  isPremultiplied: boolean;
}

/** Types of extra channels. */
export const [alphaChannel, blackChannel] = [0, 4];

/** Reads the headers before the first frame: ISO/IEC 18181-1, annex D. */
export function readJxlHeader(bytes: Uint8Array): JxlHeader {
  const codestream = codestreamOf(bytes);
  if (!hasText(codestream, '\xff\x0a')) throw damagedImage('JPEG XL', 'there is no codestream');
  const reader = jxlBits(codestream, 2);
  const size = readSize(reader);
  const isDefault = reader.flag();
  return { ...size, ...(isDefault ? defaultMetadata : readMetadata(reader)) };
}

/** A container can hold the codestream in parts, each preceded by its number. */
export function codestreamOf(bytes: Uint8Array): Uint8Array {
  if (hasText(bytes, '\xff\x0a')) return bytes;
  const parts: Uint8Array[] = [];
  for (const { type, body } of isoBoxes(bytes)) {
    if (type === 'jxlc') return body;
    if (type === 'jxlp') parts.push(body.subarray(4));
  }
  return Buffer.concat(parts);
}

type Metadata = Omit<JxlHeader, 'width' | 'height'>;

const defaultMetadata: Metadata = {
  orientation: 1,
  isAnimation: false,
  depth: 8,
  isGray: false,
  extraChannels: [],
  cicp: srgb,
};

function readMetadata(reader: JxlBits): Metadata {
  const { hasExtraFields, ...extraFields } = readExtraFields(reader);
  const depth = readDepth(reader);
  reader.flag();
  const extraCount = reader.number([0, 0], [1, 0], [2, 4], [1, 12]);
  const extraChannels = Array.from({ length: extraCount }, () => readExtraChannel(reader));
  const isXyb = reader.flag();
  const colours = readJxlColours(reader, isXyb);
  const toneMapping = hasExtraFields && isXyb && readToneMapping(reader);
  return { ...extraFields, depth, extraChannels, ...colours, ...(toneMapping && { toneMapping }) };
}

/** Predefined ratios of width to height. */
const ratios = [0, 1, 12 / 10, 4 / 3, 3 / 2, 16 / 9, 5 / 4, 2];

function readSize(reader: JxlBits): { width: number; height: number } {
  const isSmall = reader.flag();
  return readSides(reader, () =>
    isSmall ? (reader.bits(5) + 1) * 8 : reader.number([1, 9], [1, 13], [1, 18], [1, 30]),
  );
}

function skipPreviewSize(reader: JxlBits): void {
  const isSmall = reader.flag();
  readSides(reader, () =>
    isSmall
      ? reader.number([16, 0], [32, 0], [1, 5], [33, 9])
      : reader.number([1, 6], [65, 8], [321, 10], [1345, 12]),
  );
}

function readSides(reader: JxlBits, readSide: () => number): { width: number; height: number } {
  const height = readSide();
  const ratio = ratios[reader.bits(3)];
  // The small addition compensates for rounding: 3 times 4/3 would be slightly below 4.
  return { width: ratio ? Math.floor(height * ratio + 1e-6) : readSide(), height };
}

function readExtraFields(reader: JxlBits) {
  const hasExtraFields = reader.flag();
  if (!hasExtraFields) return { hasExtraFields, orientation: 1, isAnimation: false };
  const orientation = 1 + reader.bits(3);
  if (reader.flag()) readSize(reader);
  if (reader.flag()) skipPreviewSize(reader);
  const isAnimation = reader.flag();
  if (isAnimation) skipAnimation(reader);
  return { hasExtraFields, orientation, isAnimation };
}

function skipAnimation(reader: JxlBits): void {
  reader.number([100, 0], [1000, 0], [1, 10], [1, 30]);
  reader.number([1, 0], [1001, 0], [1, 8], [1, 10]);
  reader.number([0, 0], [0, 3], [0, 16], [0, 32]);
  reader.flag();
}

function readDepth(reader: JxlBits): number {
  const isFloat = reader.flag();
  if (!isFloat) return reader.number([8, 0], [10, 0], [12, 0], [1, 6]);
  const depth = reader.number([32, 0], [16, 0], [24, 0], [1, 6]);
  reader.bits(4);
  return depth;
}

function readExtraChannel(reader: JxlBits): ExtraChannel {
  const isDefault = reader.flag();
  if (isDefault) return { type: alphaChannel, isPremultiplied: false };
  const [spotChannel, filterChannel] = [2, 5];
  const type = reader.enumerated();
  readDepth(reader);
  reader.number([0, 0], [3, 0], [4, 0], [1, 3]);
  const nameLength = reader.number([0, 0], [0, 4], [16, 5], [48, 10]);
  reader.bits(nameLength * 8);
  const isPremultiplied = type === alphaChannel && reader.flag();
  if (type === spotChannel) reader.bits(4 * 16);
  if (type === filterChannel) reader.number([1, 0], [0, 2], [3, 4], [19, 8]);
  return { type, isPremultiplied };
}
