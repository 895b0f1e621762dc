import { isFrame, type JpegFrame, readFrame } from '../../gray-jpeg/index.ts';
import { readResolution } from '../resolution/read-resolution.ts';
import { hasText } from './bytes.ts';
import type { SourceFile } from './source-file.ts';
import { statedColours } from './stated-colours.ts';
import { firstDirectory } from './tiff-layout.ts';

const startOfScan = 0xda;
/** DHT, DQT, DRI and COM: ITU-T T.81, table B.1. */
const tableMarkers = [0xc4, 0xdb, 0xdd, 0xfe];
const [app0, app1, app2, app14, app15] = [0xe0, 0xe1, 0xe2, 0xee, 0xef];
/** The most that libjpeg accepts. */
const maxSide = 65_500;

/** The metadata of a file, from its application segments. */
interface Metadata {
  icc?: Uint8Array;
  exif?: Uint8Array;
  orientation?: number;
}

/**
 * The header of a JPEG in YCbCr or gray, as sharp reports it, for which sharp takes a tenth of the time
 * of a small conversion, and must be loaded. Undefined for files that are unusual or damaged.
 */
export function readPlainJpeg(bytes: Uint8Array): SourceFile | undefined {
  const uint16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  const segments: Uint8Array[][] = [];
  let frame: JpegFrame | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at] === 0xff ? (bytes[at + 1] ?? 0) : 0;
    const body = bytes.subarray(at + 4, at + 2 + uint16(at + 2));
    at += 2 + uint16(at + 2);
    if (marker === startOfScan) return frame && fileOf(bytes, frame, { segments, scan: body });
    if (isFrame(marker) && !frame) {
      frame = readFrame(marker, body);
      if (!frame || !isPlain(frame, body)) return undefined;
    } else if (marker >= app0 && marker <= app15) {
      segments[marker] = [...(segments[marker] ?? []), body];
    } else if (!tableMarkers.includes(marker)) return undefined;
  }
  return undefined;
}

/** Whether it is gray or YCbCr with 8 bits, and libjpeg accepts it. */
function isPlain({ width, height, precision, components }: JpegFrame, body: Uint8Array): boolean {
  const count = components.length;
  return (
    precision === 8 &&
    Math.max(width, height) <= maxSide &&
    (count === 1 || count === 3) &&
    body.length === 6 + count * 3 &&
    components.every(({ id }, i) => id === i + 1)
  );
}

function fileOf(
  bytes: Uint8Array,
  frame: JpegFrame,
  { segments, scan }: { segments: Uint8Array[][]; scan: Uint8Array },
): SourceFile | undefined {
  const { width, height, isProgressive, components } = frame;
  const channels = components.length;
  const metadata = readMetadata(segments);
  if (!metadata || (channels === 3 && !isYcc(segments))) return undefined;
  const { orientation } = metadata;
  const resolution = readResolution(bytes, 'jpeg', undefined);
  return {
    image: {
      ...{ format: 'jpeg', sizeBytes: bytes.length, width, height, channels, depth: 8 },
      ...{ pages: 1, hasAlpha: false },
      ...(orientation && { orientation }),
      // libvips counts any file whose first scan lacks a channel.
      ...((isProgressive || (scan[0] ?? 0) < channels) && { isProgressive: true }),
    },
    samples: channels === 1 ? 'gray' : 'rgb',
    isDeep: false,
    ...statedColours(bytes, 'jpeg', metadata),
    ...(resolution && { resolution }),
  };
}

/** Adobe’s segment may say that the samples are RGB. */
function isYcc(segments: Uint8Array[][]): boolean {
  return (segments[app14] ?? []).every((data) => !hasText(data, 'Adobe') || data[11] === 1);
}

/** Undefined if there is more than one of a kind, or part of one is missing. */
function readMetadata(segments: Uint8Array[][]): Metadata | undefined {
  const exifs = (segments[app1] ?? []).filter((data) => hasText(data, 'Exif\0\0'));
  const icc = joinProfile((segments[app2] ?? []).filter((data) => hasText(data, iccName)));
  const [exif] = exifs;
  const orientation = exif && orientationOf(exif.subarray(6));
  if (exifs.length > 1 || icc === null || orientation === null) return undefined;
  return { ...(icc && { icc }), ...(exif && { exif }), ...(orientation && { orientation }) };
}

const iccName = 'ICC_PROFILE';

/** ICC.1:2022, B.4: each part has its number and the number of parts. Null if one is missing. */
function joinProfile(parts: Uint8Array[]): Uint8Array | null | undefined {
  if (parts.length === 0) return undefined;
  const numberAt = iccName.length + 1;
  const isComplete = parts.every(
    (part, i) => part[numberAt] === i + 1 && part[numberAt + 1] === parts.length,
  );
  return isComplete ? Buffer.concat(parts.map((part) => part.subarray(numberAt + 2))) : null;
}

const [orientationTag, shortType] = [0x0112, 3];

/** Null if it may be read in several ways. */
function orientationOf(tiff: Uint8Array): number | null | undefined {
  const isTiff = hasText(tiff, 'II*\0') || hasText(tiff, 'MM\0*');
  const directory = isTiff ? firstDirectory(tiff) : undefined;
  if (!directory?.isComplete) return null;
  const entry = directory.entry(orientationTag);
  if (!entry) return undefined;
  const [orientation = 0, ...others] = directory.numbers(orientationTag);
  const isOneShort = (entry[2] as number) + (entry[3] as number) === shortType && !others.length;
  return isOneShort && orientation >= 1 && orientation <= 8 ? orientation : null;
}
