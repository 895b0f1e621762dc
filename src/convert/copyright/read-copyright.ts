import { exifOf } from '../formats/exif.ts';
import type { InputFormat } from '../formats/input-formats.ts';
import { firstDirectory } from '../formats/tiff-layout.ts';
import { type Copyright, tidyNames, tidyText } from './copyright.ts';
import { findIptc, findXmp, pngText } from './find-packets.ts';
import { iptcFields, readIptc } from './read-iptc.ts';
import { readXmp } from './read-xmp.ts';

/**
 * Reads creator and copyright from XMP, or else from IPTC, EXIF, or the texts of a PNG. Undefined if
 * the file has none, or they are unreadable: the image itself may be undamaged. Throws only what
 * `onProgress` throws, which is called while a packet is parsed.
 */
export async function readCopyright(
  bytes: Uint8Array,
  format: InputFormat,
  onProgress: () => void,
): Promise<Copyright | undefined> {
  const packet = ifSmall(
    unlessDamaged(() => findXmp(bytes, format)),
    maxBytes.xmp,
  );
  const xmp = packet ? await readXmp(packet, onProgress) : {};
  const iptc = iptcTexts(bytes, format);
  const direct = directTexts(bytes, format);
  const creators = [xmp.creators, iptc.creators, direct.creators]
    .map((names = []) => tidyNames(names))
    .find((names) => names.length > 0);
  const found = {
    credit: firstText(xmp.credit, iptc.credit),
    notice: firstText(xmp.notice, iptc.notice, direct.notice),
    statementUrl: firstText(xmp.statementUrl),
    licenceUrl: firstText(xmp.licenceUrl),
  };
  const stated = Object.entries(found).filter(([, text]) => text !== undefined);
  if (stated.length === 0 && creators === undefined) return undefined;
  return { creators: creators ?? [], ...Object.fromEntries(stated) };
}

/** Larger packets hold other data: a whole list of edits, or thumbnails. */
const maxBytes = { xmp: 2 ** 20, iptc: 2 ** 16 };

function ifSmall(packet: Uint8Array | undefined, max: number): Uint8Array | undefined {
  return packet && packet.length <= max ? packet : undefined;
}

type Texts = Partial<Record<'creators' | 'credit' | 'notice', string[]>>;

function iptcTexts(bytes: Uint8Array, format: InputFormat): Texts {
  const packet = ifSmall(
    unlessDamaged(() => findIptc(bytes, format)),
    maxBytes.iptc,
  );
  const textsOf = (field: number) => (packet ? readIptc(packet, field).map(decodeText) : []);
  return {
    creators: textsOf(iptcFields.creator),
    credit: textsOf(iptcFields.credit),
    notice: textsOf(iptcFields.notice),
  };
}

/** The texts in EXIF or in text chunks of a PNG. */
function directTexts(bytes: Uint8Array, format: InputFormat): Texts {
  const directory = unlessDamaged(() =>
    format === 'tiff' ? firstDirectory(bytes) : exifOf(bytes, format),
  );
  const textsOf = (tag: number, keyword: string) => {
    const exif = unlessDamaged(() => directory?.bytes(tag));
    const found = exif ?? (format === 'png' ? pngText(bytes, keyword) : undefined);
    return found ? [decodeText(found)] : [];
  };
  return { creators: textsOf(315, 'Author'), notice: textsOf(33_432, 'Copyright') };
}

const maxTextBytes = 8_192;

/**
 * Most programs write UTF-8, and others Latin-1, or Windows-1252, which contains it. EXIF's two notices, of the photographer and the
 * editor, are separated by a zero.
 */
function decodeText(stored: Uint8Array): string {
  const bytes = Buffer.from(stored.subarray(0, maxTextBytes));
  const text = bytes.toString('utf8');
  const decoded = text.includes('\ufffd') ? new TextDecoder('latin1').decode(bytes) : text;
  return decoded
    .split('\0')
    .filter((part) => part.trim())
    .join('; ');
}

function unlessDamaged<Result>(read: () => Result): Result | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The first text that is not empty, of the first list that has one. */
function firstText(...lists: (string[] | undefined)[]): string | undefined {
  return lists.flatMap((texts = []) => texts.map(tidyText)).find((text) => text !== undefined);
}
