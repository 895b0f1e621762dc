import { isFrame, type JpegFrame, readFrame } from '../../gray-jpeg/index.ts';
import { readResolution } from '../resolution/read-resolution.ts';
import type { SourceFile } from './source-file.ts';

const startOfScan = 0xda;
/** DHT, DQT, DRI, APP0 and COM: ITU-T T.81, table B.1. */
const otherMarkers = [0xc4, 0xdb, 0xdd, 0xe0, 0xfe];
/** The most that libjpeg accepts. */
const maxSide = 65_500;

/**
 * The header of a JPEG with nothing but tables, comments and a resolution before its image data, as
 * sharp reports it. Undefined for any other: it has a profile or EXIF data, is unusual or damaged.
 * For a small image, sharp’s own reading of the header takes a tenth of the conversion.
 */
export function readPlainJpeg(bytes: Uint8Array): SourceFile | undefined {
  const uint16 = (at: number) => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  let frame: JpegFrame | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    const marker = bytes[at] === 0xff ? (bytes[at + 1] ?? 0) : 0;
    const body = bytes.subarray(at + 4, at + 2 + uint16(at + 2));
    at += 2 + uint16(at + 2);
    if (marker === startOfScan) return frame && fileOf(bytes, frame, body[0] ?? 0);
    if (isFrame(marker) && !frame) {
      frame = readFrame(marker, body);
      if (!frame || !isPlain(frame, body)) return undefined;
    } else if (!otherMarkers.includes(marker)) return undefined;
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

function fileOf(bytes: Uint8Array, frame: JpegFrame, channelsInScan: number): SourceFile {
  const { width, height, isProgressive, components } = frame;
  const channels = components.length;
  const resolution = readResolution(bytes, 'jpeg', undefined);
  return {
    image: {
      ...{ format: 'jpeg', sizeBytes: bytes.length, width, height, channels, depth: 8 },
      ...{ pages: 1, hasAlpha: false },
      // libvips counts any file whose first scan lacks a channel.
      ...((isProgressive || channelsInScan < channels) && { isProgressive: true }),
    },
    samples: channels === 1 ? 'gray' : 'rgb',
    isDeep: false,
    ...(resolution && { resolution }),
  };
}
