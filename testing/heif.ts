// Builds HEIF files: ISO/IEC 14496-12 and 23008-12. The HEVC data comes from a fixture.

export interface HeifPart {
  type: string;
  isHidden?: boolean;
  data?: Uint8Array;
  /** Boxes with their headers, in order. */
  properties?: Uint8Array[];
}

interface HeifParts {
  /** Their ids are 1, 2 and so on. The first is the primary item by default. */
  items: HeifPart[];
  primary?: number;
  brand?: 'heic' | 'avif';
  references?: [type: string, from: number, to: number[]][];
}

/** A file of these items, with the data after the metadata. */
export function buildHeif(parts: HeifParts): Buffer {
  const { items, primary = 1, brand = 'heic', references = [] } = parts;
  const ftyp = box('ftyp', text(brand), u32(0), text(`mif1${brand}`));
  const metaOf = (dataAt: number) =>
    fullBox(
      'meta',
      { version: 0 },
      fullBox('hdlr', { version: 0 }, u32(0), text('pict'), Buffer.alloc(13)),
      fullBox('pitm', { version: 0 }, u16(primary)),
      locations(items, dataAt),
      entries(items),
      properties(items),
      fullBox(
        'iref',
        { version: 0 },
        ...references.map(([type, from, to]) =>
          box(type, u16(from), u16(to.length), ...to.map(u16)),
        ),
      ),
    );
  const dataAt = ftyp.length + metaOf(0).length + 8;
  const data = items.map(({ data }) => data ?? new Uint8Array());
  return Buffer.concat([ftyp, metaOf(dataAt), box('mdat', ...data)]);
}

function locations(items: HeifPart[], dataAt: number): Buffer {
  let at = dataAt;
  const each = items.map(({ data }, i) => {
    const size = data?.length ?? 0;
    at += size;
    return Buffer.concat([u16(i + 1), u16(0), u16(1), u32(at - size), u32(size)]);
  });
  return fullBox('iloc', { version: 0 }, u16(0x4400), u16(items.length), ...each);
}

function entries(items: HeifPart[]): Buffer {
  const each = items.map(({ type, isHidden }, i) =>
    fullBox(
      'infe',
      { version: 2, flags: isHidden ? 1 : 0 },
      u16(i + 1),
      u16(0),
      text(type),
      Buffer.alloc(1),
    ),
  );
  return fullBox('iinf', { version: 0 }, u16(items.length), ...each);
}

function properties(items: HeifPart[]): Buffer {
  // Items can share a property.
  const all = [...new Set(items.flatMap(({ properties = [] }) => properties))];
  const each = items.map(({ properties = [] }, i) =>
    Buffer.concat([
      u16(i + 1),
      Buffer.of(properties.length),
      Buffer.from(properties.map((each) => 0x80 | (all.indexOf(each) + 1))),
    ]),
  );
  return box(
    'iprp',
    box('ipco', ...all),
    fullBox('ipma', { version: 0 }, u32(items.length), ...each),
  );
}

/** The decoder configuration and the data of a file with a single image. */
export function codedImage(file: Uint8Array): { hvcC: Uint8Array; data: Uint8Array } {
  return { hvcC: boxIn(file, 'hvcC'), data: boxIn(file, 'mdat').subarray(8) };
}

/** The only image of an AVIF, as an item. */
export function codedAvif(file: Uint8Array, width: number, height: number): HeifPart {
  const properties = [boxIn(file, 'av1C'), boxIn(file, 'pixi'), property.size(width, height)];
  return { type: 'av01', data: boxIn(file, 'mdat').subarray(8), properties };
}

function boxIn(file: Uint8Array, type: string): Uint8Array {
  const bytes = Buffer.from(file);
  const at = bytes.indexOf(type, 0, 'latin1') - 4;
  return bytes.subarray(at, at + bytes.readUInt32BE(at));
}

export const property = {
  size: (width: number, height: number) => fullBox('ispe', { version: 0 }, u32(width), u32(height)),
  /** Quarter turns to the left. */
  turn: (quarters: number) => box('irot', Buffer.of(quarters)),
  /** 0 exchanges top and bottom, 1 left and right. */
  mirror: (axis: 0 | 1) => box('imir', Buffer.of(axis)),
  crop: (width: number, height: number) =>
    box('clap', ...[width, 1, height, 1, 0, 1, 0, 1].map(u32)),
  auxiliary: (urn: string) => fullBox('auxC', { version: 0 }, text(`${urn}\0`)),
  profile: (icc: Uint8Array) => box('colr', text('prof'), icc),
  colours: (primaries: number, transfer: number, { matrix = 6, isLimited = false } = {}) =>
    box(
      'colr',
      text('nclx'),
      u16(primaries),
      u16(transfer),
      u16(matrix),
      Buffer.of(isLimited ? 0 : 0x80),
    ),
};

/** The payload of a grid: rows, columns and the size of the whole. */
export function gridData(size: {
  rows: number;
  columns: number;
  width: number;
  height: number;
}): Buffer {
  const { rows, columns, width, height } = size;
  return Buffer.concat([Buffer.of(0, 1, rows - 1, columns - 1), u32(width), u32(height)]);
}

export function box(type: string, ...body: Uint8Array[]): Buffer {
  const whole = Buffer.concat([u32(0), text(type), ...body]);
  whole.writeUInt32BE(whole.length);
  return whole;
}

function fullBox(
  type: string,
  { version, flags = 0 }: { version: number; flags?: number },
  ...body: Uint8Array[]
): Buffer {
  return box(type, Buffer.of(version, 0, 0, flags), ...body);
}

function text(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
