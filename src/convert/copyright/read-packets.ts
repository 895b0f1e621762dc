import { toTiff } from './packets.ts';

/** One value, as ExifReader returns it. */
export interface Tag {
  value?: unknown;
  description?: unknown;
}
type Tags = Partial<Record<string, Tag | Tag[]>>;

export type Packets = Record<'xmp' | 'iptc', Tags>;

/** Nothing else is decoded. */
const includeTags = {
  xmp: ['creator', 'rights', 'Credit', 'WebStatement', 'license'],
  iptc: ['By-line', 'Credit', 'Copyright Notice'],
};

const [xmpTag, iptcTag] = [700, 33_723];

/**
 * Reads packets of XMP and IPTC; unreadable ones are empty. Loads the parsers on the first call.
 * ExifReader gets each packet in a small TIFF. In a whole file, it would decode values of any size: a
 * malicious file took a minute and gigabytes.
 */
export async function readPackets(
  packets: Record<'xmp' | 'iptc', Uint8Array | undefined>,
): Promise<Packets> {
  // Both are CommonJS: in a bundle, they have only a default export.
  const [{ default: reader }, { default: xmldom }] = await Promise.all([
    import('exifreader'),
    import('@xmldom/xmldom'),
  ]);
  const domParser = new xmldom.DOMParser({ onError: () => {} });
  const read = (name: 'xmp' | 'iptc', tag: number): Tags => {
    const packet = packets[name];
    if (!packet) return {};
    const tiff = toTiff([{ tag, type: 1, value: Buffer.from(packet) }]);
    try {
      // Its types name each tag, and lack some.
      const groups: object = reader.load(tiff, { expanded: true, includeTags, domParser });
      return (groups as Partial<Packets>)[name] ?? {};
    } catch {
      // Also for text that is nested too deeply.
      return {};
    }
  };
  return { xmp: read('xmp', xmpTag), iptc: read('iptc', iptcTag) };
}
