import { exifOf } from '../formats/exif.ts';
import type { InputFormat } from '../formats/input-formats.ts';
import { firstDirectory } from '../formats/tiff-layout.ts';
import { type Copyright, tidyNames, tidyText } from './copyright.ts';
import { findIptc, findXmp, pngText } from './find-packets.ts';
import { type Packets, readPackets, type Tag } from './read-packets.ts';

/**
 * Reads creator and copyright from XMP, or else from IPTC, EXIF, or the texts of a PNG. Undefined if
 * the file has none, or they are unreadable: the image itself may be undamaged.
 */
export async function readCopyright(
  bytes: Uint8Array,
  format: InputFormat,
): Promise<Copyright | undefined> {
  const { xmp, iptc } = await packetsOf(bytes, format);
  const texts = directTexts(bytes, format);
  const creators = [namesIn(xmp.creator), namesIn(iptc['By-line']), tidyNames(texts.creators)].find(
    (names) => names.length > 0,
  );
  const found = {
    credit: firstText(xmp.Credit, iptc.Credit),
    notice: firstText(xmp.rights, iptc['Copyright Notice']) ?? tidyText(texts.notice),
    statementUrl: firstText(xmp.WebStatement),
    licenceUrl: firstText(xmp.license),
  };
  const stated = Object.entries(found).filter(([, text]) => text !== undefined);
  if (stated.length === 0 && creators === undefined) return undefined;
  return { creators: creators ?? [], ...Object.fromEntries(stated) };
}

/** Parsing cannot be stopped, and takes up to two seconds for packets of this size. */
const maxBytes = { xmp: 2 ** 18, iptc: 2 ** 16 };

async function packetsOf(bytes: Uint8Array, format: InputFormat): Promise<Packets> {
  const ifSmall = (packet: Uint8Array | undefined, max: number) =>
    packet && packet.length <= max ? packet : undefined;
  const xmp = ifSmall(
    unlessDamaged(() => findXmp(bytes, format)),
    maxBytes.xmp,
  );
  const iptc = ifSmall(
    unlessDamaged(() => findIptc(bytes, format)),
    maxBytes.iptc,
  );
  return xmp || iptc ? await readPackets({ xmp, iptc }) : { xmp: {}, iptc: {} };
}

/** The texts in EXIF or in text chunks of a PNG. */
function directTexts(bytes: Uint8Array, format: InputFormat) {
  const directory = unlessDamaged(() =>
    format === 'tiff' ? firstDirectory(bytes) : exifOf(bytes, format),
  );
  const textOf = (tag: number, keyword: string) => {
    const exif = unlessDamaged(() => directory?.bytes(tag));
    const found = exif ?? (format === 'png' ? pngText(bytes, keyword) : undefined);
    return found && decodeText(found.subarray(0, maxTextBytes));
  };
  return { creators: [textOf(315, 'Author')], notice: textOf(33_432, 'Copyright') };
}

const maxTextBytes = 8_192;

/**
 * Most programs write UTF-8, and others Latin-1. EXIF's two notices, of the photographer and the
 * editor, are separated by a zero.
 */
function decodeText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8');
  const decoded = text.includes('\ufffd') ? Buffer.from(bytes).toString('latin1') : text;
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

type Tags = Tag | Tag[] | undefined;

function namesIn(tags: Tags): string[] {
  return tidyNames(tagsIn(tags).map(textOfTag));
}

function firstText(...tags: Tags[]): string | undefined {
  return tags
    .flatMap(tagsIn)
    .map((tag) => tidyText(textOfTag(tag)))
    .find((text) => text !== undefined);
}

/** Repeated fields of IPTC are an array of tags; the items of an XMP list are the value of one. */
function tagsIn(tag: Tags): Tag[] {
  if (tag === undefined) return [];
  if (Array.isArray(tag)) return tag;
  const { value } = tag;
  const isList = Array.isArray(value) && typeof value[0]?.value === 'string';
  return isList ? (value as Tag[]) : [tag];
}

function textOfTag({ value, description }: Tag): unknown {
  return typeof value === 'string' ? value : description;
}
