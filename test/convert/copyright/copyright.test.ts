// The option `metadata`: what is kept, read back by libvips, and that nothing else is.
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { type RecipeOptions, toGrayscale } from '../../../src/convert/index.ts';
import { buildPng } from '../../../testing/png.ts';
import { buildPsd, psdResource } from '../../../testing/psd.ts';
import { asciiOf, iptcSegment, photoshopSegment, toXml, withSegment, xmpOf } from './sources.ts';

const keep = { metadata: 'copyright' } as const;

/** A file of sharp that says who made it, and much else. */
async function sourceOf(
  format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'avif',
  {
    xmp = xmpOf(),
    exif = {},
  }: { xmp?: string; exif?: Record<string, Record<string, string>> } = {},
): Promise<Buffer> {
  const raw = Buffer.from(Array.from({ length: 8 * 6 * 4 }, (_, i) => (i * 7) % 256));
  const image = sharp(raw, { raw: { width: 8, height: 6, channels: 4 } });
  const described = image.withExif({
    IFD0: { Artist: 'Exif Artist', Copyright: 'C', ...exif.IFD0 },
    ...exif,
  });
  return await described.withXmp(xmp).toFormat(format, { lossless: true }).toBuffer();
}

async function readBack(bytes: Uint8Array) {
  const { exif, xmpAsString = '' } = await sharp(bytes).metadata();
  return { exif: exif?.toString('latin1') ?? '', xmp: xmpAsString };
}

async function pixelsOf(bytes: Uint8Array) {
  return await sharp(bytes, { pages: -1 }).raw().toBuffer();
}

function pngWith(chunks: [string, Buffer][]): Buffer {
  return buildPng({ width: 1, height: 1, colourType: 'gray', rows: Buffer.alloc(1), chunks });
}

const outputs: [string, RecipeOptions][] = [
  ['png', {}],
  ['png of sharp', { compressionLevel: 6 }],
  ['png of 4 bits', { depth: 4, alpha: 'flatten' }],
  ['jpeg', { format: 'jpeg' }],
  ['jpeg without loss', { format: 'jpeg', lossless: true }],
  ['webp', { format: 'webp' }],
  ['webp without loss', { format: 'webp', lossless: true }],
  ['opaque webp without loss', { format: 'webp', lossless: true, alpha: 'drop' }],
  ['tiff', { format: 'tiff' }],
  ['tiff of 1 bit', { format: 'tiff', depth: 1, alpha: 'flatten' }],
];

describe('creator, credit, notice and licence', () => {
  test.each(outputs)('are in a %s, with the same pixels', async (_, recipe) => {
    const source = await sourceOf('jpeg');
    const { bytes, losses } = await toGrayscale(source, { ...recipe, ...keep });
    const { exif, xmp } = await readBack(bytes);
    expect(losses).not.toContain('copyright');
    expect(xmp).toContain('<rdf:Seq><rdf:li>Änne &amp; Co</rdf:li><rdf:li>Bo</rdf:li></rdf:Seq>');
    expect(xmp).toContain('<photoshop:Credit>Agency &lt;1&gt;</photoshop:Credit>');
    expect(xmp).toContain('<rdf:li xml:lang="x-default">© &quot;2026&quot;</rdf:li>');
    expect(xmp).toContain('>https://example.org/rights?a=1&amp;b=2<');
    expect(xmp).toContain('rdf:resource="https://example.org/licence"');
    // libvips has no EXIF of TIFF.
    const stored = recipe.format === 'tiff' ? Buffer.from(bytes).toString('latin1') : exif;
    expect(stored).toContain(asciiOf('Änne & Co; Bo'));
    expect(stored).toContain(asciiOf('© "2026"'));
    const plain = await toGrayscale(source, recipe);
    expect(await pixelsOf(bytes)).toEqual(await pixelsOf(plain.bytes));
  });

  test.each(['jpeg', 'png', 'webp', 'tiff', 'avif'] as const)(
    'are read from a %s',
    async (from) => {
      const { bytes } = await toGrayscale(await sourceOf(from), keep);
      expect((await readBack(bytes)).xmp).toContain('Änne &amp; Co');
    },
  );

  test('are read from EXIF, IPTC and the texts of a PNG where there is no XMP', async () => {
    const exif = await sourceOf('jpeg', { xmp: '<x:xmpmeta xmlns:x="adobe:ns:meta/"/>' });
    expect((await readBack((await toGrayscale(exif, keep)).bytes)).xmp).toContain('Exif Artist');

    const jpeg = await sharp(exif).jpeg().toBuffer();
    const iptc = iptcSegment({ 80: ['Ann', 'Bo'], 110: ['Agency'], 116: ['All rights'] });
    const fromIptc = await readBack((await toGrayscale(withSegment(jpeg, iptc), keep)).bytes);
    expect(fromIptc.xmp).toContain('<rdf:li>Ann</rdf:li><rdf:li>Bo</rdf:li>');
    expect(fromIptc.xmp).toContain('<photoshop:Credit>Agency<');
    expect(fromIptc.xmp).toContain('All rights');

    const text: [string, Buffer] = ['tEXt', Buffer.from('Author\0Cäcilia', 'latin1')];
    const withText = pngWith([text]);
    const fromPng = await readBack((await toGrayscale(withText, keep)).bytes);
    expect(fromPng.xmp).toContain('<rdf:li>Cäcilia</rdf:li>');
  });

  test('are read from XMP with other prefixes, languages and encodings', async () => {
    const old = xmpOf()
      .replaceAll('xmpRights', 'xapRights')
      .replace('<rdf:li xml:lang="x-default">', '<rdf:li xml:lang="de">Deutsch</rdf:li>$&');
    const utf16 = Buffer.from(`\ufeff${old}`, 'utf16le');
    for (const xmp of [Buffer.from(old), utf16, Buffer.from(utf16).swap16()]) {
      const psd = buildPsd({
        ...{ width: 1, height: 1, mode: 'gray', channels: [Buffer.alloc(1)] },
        resources: [psdResource(1_060, [...xmp])],
      });
      const read = await readBack((await toGrayscale(psd, keep)).bytes);
      expect(read.xmp).toContain('>https://example.org/rights?a=1&amp;b=2<');
      expect(read.xmp).toContain('Änne');
      expect(read.xmp).toContain('© &quot;2026&quot;');
      expect(read.xmp).not.toContain('Deutsch');
    }
  });

  test('of nested descriptions, for example of ingredients, are not read', async () => {
    const nested = xmpOf().replace(
      '<dc:title>',
      '<dc:source><rdf:Description photoshop:Credit="No"><dc:creator>No</dc:creator></rdf:Description></dc:source><dc:title>',
    );
    const { bytes } = await toGrayscale(await sourceOf('jpeg', { xmp: nested }), keep);
    expect((await readBack(bytes)).xmp).not.toContain('No<');
  });

  test('are read from IPTC after other resources of Photoshop, and from profiles of ImageMagick', async () => {
    const jpeg = await sharp(Buffer.alloc(64), { raw: { width: 8, height: 8, channels: 1 } })
      .jpeg()
      .toBuffer();
    const iptc = iptcSegment({ 80: ['Ann'], 116: ['Wärme'] });
    // Two segments, of which the second continues the first.
    const cut = 40;
    const parts = [iptc.subarray(18, cut), iptc.subarray(cut)].map((part) =>
      photoshopSegment(part),
    );
    const others = photoshopSegment(psdResource(1_005, [0, 1, 2]));
    for (const segments of [
      [others, iptc],
      [others, ...parts],
    ]) {
      const { bytes } = await toGrayscale(withSegment(jpeg, Buffer.concat(segments)), keep);
      expect((await readBack(bytes)).xmp).toContain('<rdf:li>Ann</rdf:li>');
      expect((await readBack(bytes)).xmp).toContain('Wärme');
    }
    const profile = iptc.subarray(18);
    const text = `\niptc\n${profile.length}\n${profile.toString('hex').replace(/.{72}/g, '$&\n')}`;
    const png = pngWith([['tEXt', Buffer.from(`Raw profile type iptc\0${text}`)]]);
    expect((await readBack((await toGrayscale(png, keep)).bytes)).xmp).toContain('Wärme');
  });

  test('are read from a PSD', async () => {
    const [xmp, iptc] = [Buffer.from(xmpOf()), Buffer.from('\x1c\x02\x6e\0\x02Cr', 'latin1')];
    const psd = (...resources: Buffer[]) =>
      buildPsd({ width: 1, height: 1, mode: 'gray', channels: [Buffer.alloc(1)], resources });
    const [fromXmp, fromIptc] = await Promise.all(
      [psd(psdResource(1_060, [...xmp])), psd(psdResource(1_028, [...iptc]))].map(async (file) =>
        readBack((await toGrayscale(file, keep)).bytes),
      ),
    );
    expect(fromXmp?.xmp).toContain('Änne &amp; Co');
    expect(fromIptc?.xmp).toContain('<photoshop:Credit>Cr<');
  });

  test('are next to the orientation of a JPEG without loss that cannot be turned', async () => {
    const source = await sharp(await sourceOf('jpeg'))
      .keepXmp()
      .withExifMerge({ IFD0: { Artist: 'Exif Artist' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const { bytes } = await toGrayscale(source, { format: 'jpeg', lossless: true, ...keep });
    expect((await sharp(bytes).metadata()).orientation).toBe(6);
    expect((await readBack(bytes)).exif).toContain(asciiOf('Änne & Co; Bo'));
  });

  test('are kept by an animation', async () => {
    const frames = Buffer.alloc(4 * 8 * 3, 9);
    frames.fill(200, 4 * 4 * 3);
    const source = await sharp(frames, { raw: { width: 4, height: 8, channels: 3, pageHeight: 4 } })
      .withXmp(xmpOf())
      .webp({ lossless: true })
      .toBuffer();
    const { bytes, frames: count } = await toGrayscale(source, { format: 'webp', ...keep });
    expect(count).toBe(2);
    expect((await sharp(bytes).metadata()).pages).toBe(2);
    expect((await readBack(bytes)).xmp).toContain('Änne &amp; Co');
  });

  test.each(['avif', 'gif'] as const)(
    'are named as lost by %s, if there are any',
    async (format) => {
      const { losses } = await toGrayscale(await sourceOf('jpeg'), { format, ...keep });
      expect(losses).toContain('copyright');
      const silent = await sharp(await sourceOf('jpeg'))
        .jpeg()
        .toBuffer();
      expect((await toGrayscale(silent, { format, ...keep })).losses).not.toContain('copyright');
      expect((await toGrayscale(silent, keep)).bytes).toEqual((await toGrayscale(silent)).bytes);
    },
  );

  test('are not kept by default', async () => {
    expect(await readBack((await toGrayscale(await sourceOf('jpeg'))).bytes)).toEqual({
      exif: '',
      xmp: '',
    });
  });
});

describe('what cannot be read', () => {
  const xmpChunk = (text: string): [string, Buffer] => [
    'iTXt',
    Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), Buffer.from(text)]),
  ];
  const attributes = (name: string, count: number) =>
    Array.from({ length: count }, (_, i) => `${name}${i}="u"`).join(' ');
  const inElement = (text: string) => xmpOf().replace('<dc:title>', `${text}<dc:title>`);

  test.each([
    ['is broken', '<x:xmpmeta'],
    ['is large', inElement(`<dc:a>${'x'.repeat(2 ** 20)}</dc:a>`)],
  ])('XMP that %s is ignored, and the image is converted', async (_, xmp) => {
    const { bytes } = await toGrayscale(pngWith([xmpChunk(xmp)]), keep);
    expect(bytes).toEqual((await toGrayscale(pngWith([]))).bytes);
  });

  test.each([
    ['is nested deeply', inElement('<dc:a>'.repeat(99_000))],
    ['ends in its middle', xmpOf().slice(0, -200)],
    ['ends in zeros', `${xmpOf()}${'\0'.repeat(2_000)}`],
    // Other parsers need minutes.
    ['has many attributes', inElement(`<dc:a ${attributes('a', 70_000)}/>`)],
    ['has many namespaces', inElement(`<dc:a ${attributes('xmlns:a', 40_000)}/>`)],
    ['has many elements', inElement('<dc:a/>'.repeat(120_000))],
  ])('XMP that %s is read up to its first error', async (_, xmp) => {
    const { bytes } = await toGrayscale(pngWith([xmpChunk(xmp)]), keep);
    expect((await readBack(bytes)).xmp).toContain('Änne &amp; Co');
  });

  test('entities are not expanded', async () => {
    const bomb = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>${xmpOf()}`;
    const { bytes } = await toGrayscale(pngWith([xmpChunk(bomb.replace('© ', '&b;'))]), keep);
    expect(Buffer.from(bytes).includes('aaaa')).toBe(false);
  });

  test('large values of EXIF cost nothing', async () => {
    const exif = Buffer.alloc(8_000_000, 'A');
    exif.write('II*\0\x08\0\0\0\xff\0', 'latin1');
    for (let i = 0; i < 255; i++) {
      exif.writeUInt16LE(i % 2 ? 315 : 0x8769, 10 + i * 12);
      exif.writeUInt16LE(3, 12 + i * 12);
      exif.writeUInt32LE(3_900_000, 14 + i * 12);
      exif.writeUInt32LE(4_000, 18 + i * 12);
    }
    const { bytes } = await toGrayscale(pngWith([['eXIf', exif]]), keep);
    // A text of 2,000 characters, in EXIF and in XMP
    expect(bytes.length).toBeLessThan(6_000);
  });
});

test('text of any kind survives, and nothing else does', async () => {
  // Space at the ends is not kept.
  const text = fc.string({ unit: 'grapheme', maxLength: 40 }).map((name) => `${name.trim()}.`);
  const secret = fc.stringMatching(/^secret[a-z0-9]{8}$/);
  await fc.assert(
    fc.asyncProperty(
      text,
      secret,
      fc.constantFrom('jpeg', 'png', 'webp', 'tiff'),
      async (name, hidden, format) => {
        const source = await sourceOf('jpeg', {
          xmp: xmpOf({ creators: [name], other: hidden }),
          exif: {
            IFD0: { Make: hidden, Software: hidden, ImageDescription: hidden },
            IFD2: { BodySerialNumber: hidden, LensModel: hidden, UserComment: hidden },
            IFD3: {
              GPSLatitude: '51/1 30/1 3230/100',
              GPSLatitudeRef: 'N',
              GPSAreaInformation: hidden,
            },
          },
        });
        expect(source.includes(hidden)).toBe(true);
        const { bytes } = await toGrayscale(source, { format, ...keep });
        const output = Buffer.from(bytes);
        expect((await readBack(bytes)).xmp).toContain(`<rdf:li>${toXml(name)}</rdf:li>`);
        expect(output.includes(hidden)).toBe(false);
        expect(output.includes(Buffer.from(hidden, 'utf16le'))).toBe(false);
        expect(output.toString('latin1')).not.toMatch(/GPS|serial/i);
      },
    ),
    { numRuns: 40 },
  );
});
