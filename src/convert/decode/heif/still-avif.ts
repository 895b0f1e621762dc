import { box, u16, u32 } from '../iso-boxes.ts';

/** A coded AV1 image with its properties. */
export interface StillPart {
  width: number;
  height: number;
  data: Uint8Array;
  boxes: { type: string; body: Uint8Array }[];
}

const alphaUrn = 'urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0';
const [imageId, alphaId] = [1, 2];

/**
 * Writes an AVIF of one image, and its transparency if there is any: ISO/IEC 23008-12. Keeps the
 * description of the movie it is from, which says how many frames there are.
 */
export function buildStill(
  image: StillPart,
  alpha: StillPart | undefined,
  movie: Uint8Array,
): Buffer {
  const items = [
    { ...itemOf(image, imageId), properties: propertiesOf(image) },
    ...(alpha
      ? [
          {
            ...itemOf(alpha, alphaId),
            properties: [...propertiesOf(alpha), fullBox('auxC', text(alphaUrn))],
          },
        ]
      : []),
  ];
  const brands = box('ftyp', text('avif'), u32(0), text('avifmif1miaf'));
  const metaOf = (dataAt: number) =>
    fullBox(
      'meta',
      fullBox('hdlr', u32(0), text('pict'), Buffer.alloc(13)),
      fullBox('pitm', u16(imageId)),
      locations(items, dataAt),
      fullBox('iinf', u16(items.length), ...items.map(({ entry }) => entry)),
      propertyBoxes(items),
      ...(alpha ? [fullBox('iref', box('auxl', u16(alphaId), u16(1), u16(imageId)))] : []),
    );
  const dataAt = brands.length + metaOf(0).length + headerBytes;
  const data = box('mdat', ...items.map(({ data }) => data));
  return Buffer.concat([brands, metaOf(dataAt), data, box('moov', movie)]);
}

const headerBytes = 8;

interface Item {
  id: number;
  data: Uint8Array;
  entry: Buffer;
  properties: Buffer[];
}

function itemOf({ data }: StillPart, id: number): Omit<Item, 'properties'> {
  // Version 2 has a type.
  const entry = box('infe', Buffer.of(2, 0, 0, 0), u16(id), u16(0), text('av01\0'));
  return { id, data, entry };
}

function propertiesOf({ width, height, boxes }: StillPart): Buffer[] {
  return [
    fullBox('ispe', u32(width), u32(height)),
    ...boxes.map(({ type, body }) => box(type, body)),
  ];
}

/** Offsets and lengths have four bytes. */
function locations(items: Item[], dataAt: number): Buffer {
  let at = dataAt;
  const each = items.map(({ id, data }) => {
    at += data.length;
    return Buffer.concat([u16(id), u16(0), u16(1), u32(at - data.length), u32(data.length)]);
  });
  return fullBox('iloc', u16(0x4400), u16(items.length), ...each);
}

function propertyBoxes(items: Item[]): Buffer {
  let index = 0;
  const each = items.map(({ id, properties }) =>
    Buffer.concat([
      u16(id),
      Buffer.of(properties.length),
      Buffer.from(properties.map(() => ++index)),
    ]),
  );
  return box(
    'iprp',
    box('ipco', ...items.flatMap(({ properties }) => properties)),
    fullBox('ipma', u32(items.length), ...each),
  );
}

/** A box of version 0 without flags. */
function fullBox(type: string, ...body: Uint8Array[]): Buffer {
  return box(type, u32(0), ...body);
}

function text(characters: string): Buffer {
  return Buffer.from(characters, 'latin1');
}
