import { describe, expect, test } from 'vitest';
import { toGrayscale } from '../../../src/convert/index.ts';
import { be16, be32, joined, le16, le32 } from '../../../testing/byte-parts.ts';
import { stripTiff } from '../../../testing/tiff.ts';
import { rejectionOf } from '../gray/gray-of.ts';

interface RawParts {
  make: string;
  /** Tags of the sensor’s image. */
  photometric?: number;
  compression?: number;
  dngVersion?: boolean;
  /** Whether the sensor’s image is a part of the first image, or the next one. */
  isPart?: boolean;
  isBigEndian?: boolean;
}

/** Laid out as cameras do: a preview of 4 x 4 gray pixels, followed by the sensor’s image. */
function rawFile(parts: RawParts): Buffer {
  const { make, photometric = 32_803, compression = 1, dngVersion, isPart = true } = parts;
  const [u16, u32] = parts.isBigEndian ? [be16, be32] : [le16, le32];
  const long = (tag: number, value: number) => joined(u16(tag, 4), u32(1, value));
  const makeAt = 8;
  const pixelsAt = makeAt + 32;
  const sensorAt = pixelsAt + 16;
  const sensor = [long(256, 4), long(257, 4), long(259, compression), long(262, photometric)];
  const previewAt = sensorAt + 2 + sensor.length * 12 + 4;
  const preview = [
    ...[long(254, 1), long(256, 4), long(257, 4), long(258, 8), long(259, 1), long(262, 1)],
    joined(u16(271, 2), u32(make.length + 1, makeAt)),
    ...[long(273, pixelsAt), long(277, 1), long(278, 4), long(279, 16)],
    ...(isPart ? [long(330, sensorAt)] : []),
    ...(dngVersion ? [joined(u16(50_706, 1), u32(4), Buffer.from([1, 4, 0, 0]))] : []),
  ];
  return joined(
    parts.isBigEndian ? 'MM\0*' : 'II*\0',
    u32(previewAt),
    make.padEnd(32, '\0'),
    Buffer.alloc(16, 99),
    joined(u16(sensor.length), ...sensor, u32(0)),
    joined(u16(preview.length), ...preview, u32(isPart ? 0 : sensorAt)),
  );
}

describe('a camera raw is named, and its preview is not converted:', () => {
  test.each<[name: string, parts: RawParts]>([
    ['Nikon NEF', { make: 'NIKON CORPORATION', isBigEndian: true }],
    ['Nikon NEF', { make: 'NIKON', compression: 34_713, photometric: 1 }],
    ['Sony ARW', { make: 'SONY' }],
    ['Pentax PEF', { make: 'PENTAX', compression: 65_535, isPart: false, isBigEndian: true }],
    ['Samsung SRW', { make: 'SAMSUNG' }],
    ['Canon TIF', { make: 'Canon', isPart: false }],
    ['Adobe DNG', { make: 'LEICA', dngVersion: true, photometric: 2 }],
    ['Kodak DCR', { make: 'EASTMAN KODAK COMPANY', photometric: 34_892 }],
    ['of an unknown maker', { make: 'Pinhole Inc.' }],
  ])('%s (%j)', async (name, parts) => {
    expect(await rejectionOf(rawFile(parts))).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(
        `Expected a supported kind of camera raw (${name}) image but received`,
      ),
    });
  });

  test.each([
    ['Canon CR2', 'II*\0\x10\0\0\0CR\x02\0'],
    ['Canon CR3', '\0\0\0\x18ftypcrx \0\0\0\x01crx isom'],
    ['Canon CRW', 'II\x1a\0\0\0HEAPCCDR'],
    ['Fujifilm RAF', 'FUJIFILMCCD-RAW 0201'],
    ['Olympus ORF', 'IIRO\x08\0\0\0'],
    ['Olympus ORF', 'MMOR\0\0\0\x08'],
    ['Panasonic RW2', 'IIU\0\x18\0\0\0'],
    ['Minolta MRW', '\0MRM\0\0'],
    ['Sigma X3F', 'FOVb\x02\0'],
    ['Phase One IIQ', 'II*\0\x08\0\0\0IIII'],
  ])('%s', async (name, start) => {
    const bytes = Buffer.concat([Buffer.from(start, 'latin1'), Buffer.alloc(64)]);
    expect(await rejectionOf(bytes)).toMatchObject({
      message: expect.stringContaining(`camera raw (${name})`),
    });
  });
});

test('a TIFF from a camera is a TIFF', async () => {
  const preview = rawFile({ make: 'NIKON', photometric: 1 });
  const { source, bytes } = await toGrayscale(preview);
  expect(source).toMatchObject({ format: 'tiff', width: 4, height: 4 });
  expect(bytes.length).toBeGreaterThan(0);
});

test.each([
  ['the next of which is itself', 0],
  ['with parts that are themselves', 330],
])('a TIFF %s is read without an endless loop', async (_, tag) => {
  const tiff = stripTiff({ width: 2, height: 2, photometric: 1, bits: 8, samples: [1, 2, 3, 4] });
  const directory = tiff.readUInt32LE(4);
  const count = tiff.readUInt16LE(directory);
  if (tag === 0) tiff.writeUInt32LE(directory, directory + 2 + count * 12);
  else tiff.writeUInt16LE(tag, directory + 2 + (count - 1) * 12);
  await toGrayscale(tiff).catch((error: unknown) => {
    expect(error).toMatchObject({ name: 'ConversionError' });
  });
});
