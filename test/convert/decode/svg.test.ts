import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recipeHash, resolveRecipe, toGrayscale } from '../../../src/convert/index.ts';
import { hugePngHeader, pixelPng } from '../../../testing/images.ts';
import { inspectImage } from '../../../testing/inspect-image.ts';
import { parsePng } from '../../../testing/png.ts';
import { rejectionOf } from '../gray/gray-of.ts';

const recipe = { allowSvg: true } as const;
const namespaces =
  'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xi="http://www.w3.org/2001/XInclude"';
const red = '<rect width="20" height="20" fill="#f00"/>';
const redGray = 76;

function svg(body = red, { attributes = 'width="20" height="20"', before = '' } = {}): string {
  return `${before}<svg ${namespaces} ${attributes}>${body}</svg>`;
}

async function pixelsOf(content: string | Uint8Array): Promise<number[]> {
  const { bytes, channels } = await toGrayscale(Buffer.from(content as string), recipe);
  return [channels, ...parsePng(bytes).pixels];
}

function imageElement(url: string, attribute = 'href'): string {
  return `<image width="20" height="20" ${attribute}="${url}"/>`;
}

function dataUrl(bytes: Uint8Array, type = 'image/png'): string {
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

describe('SVG is rejected by name unless it is enabled', () => {
  test('and then rendered on transparency and converted by the method', async () => {
    expect(await rejectionOf(Buffer.from(svg()))).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringMatching(
        /TGA but the content looks like SVG\. Set allowSvg to render it, or render it to PNG first\.$/,
      ),
    });
    expect(await pixelsOf(svg())).toEqual([1, ...Array(400).fill(redGray)]);
    const half = svg('<rect width="10" height="20" fill="#f00"/>');
    expect((await pixelsOf(half)).slice(0, 41)).toEqual([
      2,
      ...Array(10).fill([redGray, 255]).flat(),
      ...Array(10).fill([0, 0]).flat(),
    ]);
  });

  test('and recipes without it keep their hashes', () => {
    expect(recipeHash(resolveRecipe({ allowSvg: false }))).toBe(recipeHash(resolveRecipe()));
    expect(recipeHash(resolveRecipe(recipe))).not.toBe(recipeHash(resolveRecipe()));
  });

  test('and becomes a PNG when the output format is that of the source', async () => {
    const { format } = await toGrayscale(Buffer.from(svg()), { ...recipe, format: 'source' });
    expect(format).toBe('png');
  });
});

describe('an SVG is detected', () => {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  const doctype =
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">\n';

  test.each<[string, string | Uint8Array]>([
    ['after a byte order mark', `\ufeff${svg()}`],
    ['after white space', ` \n\t${svg()}`],
    [
      'after an XML declaration, comments and a DOCTYPE',
      svg(red, { before: `${declaration}<!-- a -->${doctype}<?a b?><!-- <html> -->` }),
    ],
    ['after a long licence', svg(red, { before: `${declaration}<!--${'x'.repeat(20_000)}-->` })],
    [
      'with a prefix',
      '<s:svg xmlns:s="http://www.w3.org/2000/svg" width="20" height="20"><s:rect width="20" height="20" fill="#f00"/></s:svg>',
    ],
    ['in UTF-16, little end first', Buffer.from(`\ufeff${svg()}`, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(`\ufeff${svg()}`, 'utf16le').swap16()],
    ['in UTF-16 without a mark', Buffer.from(svg(), 'utf16le')],
    [
      'in UTF-16 that is declared',
      Buffer.from(svg(red, { before: '<?xml version="1.0" encoding="utf-16"?>' }), 'utf16le'),
    ],
    [
      'in an encoding that is declared',
      Buffer.from(
        svg(`<!-- \xe9 -->${red}`, { before: '<?xml version="1.0" encoding="iso-8859-1"?>' }),
        'latin1',
      ),
    ],
    [
      'with entities of plain text',
      svg('<rect width="20" height="20" fill="&c;"/>', {
        before: '<!DOCTYPE svg [\n<!ENTITY c "#f00">\n<!ENTITY ns \'http://ns.adobe.com/\'>] >',
      }),
    ],
  ])('%s', async (_, content) => {
    expect(await pixelsOf(content)).toEqual([1, ...Array(400).fill(redGray)]);
  });

  test.each([
    ['HTML with one in it', `<!doctype html>${svg()}`, 'HTML'],
    ['other XML', '<?xml version="1.0"?><Error/>', 'XML'],
    ['one that is packed', gzipSync(svg()), 'gzip'],
    ['a comment without an end', `<!-- ${svg()}`, 'SVG'],
  ])('but not %s', async (_, content, name) => {
    expect(await rejectionOf(Buffer.from(content as string), recipe)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining(`looks like ${name}. `),
    });
  });
});

describe('nothing outside the file is read:', () => {
  const folder = process.cwd();
  const path = join(tmpdir(), `svg-reference-${process.pid}`);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    response.end(pixelPng(255, 0, 0));
  });
  let web: string;

  beforeAll(async () => {
    await writeFile(`${path}.png`, pixelPng(255, 0, 0));
    await writeFile(`${path}.svg`, svg(`<g id="r">${red}</g>`));
    await writeFile(`${path}.css`, 'rect { fill: #f00 }');
    process.chdir(tmpdir());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    web = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  afterAll(async () => {
    process.chdir(folder);
    await Promise.all(['png', 'svg', 'css'].map((ending) => rm(`${path}.${ending}`)));
    await new Promise((resolve) => server.close(resolve));
  });

  const name = `svg-reference-${process.pid}`;
  const file = pathToFileURL(path).href;
  const green = '<rect width="20" height="20" fill="#0f0"/>';

  test.each<[string, () => string]>([
    ['an image by file:', () => imageElement(`${file}.png`)],
    ['an image by its path', () => imageElement(`${path}.png`)],
    ['an image next to it', () => imageElement(`${name}.png`, 'xlink:href')],
    ['an image on a server', () => imageElement(`${web}/a.png`, 'xlink:href')],
    ['a part of another SVG', () => `<use href="${file}.svg#r"/><use href="${name}.svg#r"/>`],
    ['another SVG’s gradient', () => `<rect width="20" height="20" fill="url(${name}.svg#r)"/>`],
    [
      'an image in a filter',
      () =>
        `<filter id="f"><feImage href="${file}.png"/></filter><rect width="20" height="20" filter="url(#f)"/>`,
    ],
    ['an XInclude', () => `<xi:include href="${file}.svg"/><xi:include href="${name}.svg"/>`],
    ['text by XInclude', () => `<text y="20"><xi:include href="${file}.css" parse="text"/></text>`],
  ])('%s', async (_, body) => {
    expect(await pixelsOf(svg(body()))).toEqual([2, ...Array(800).fill(0)]);
    expect(requests).toEqual([]);
  });

  test.each<[string, () => string]>([
    [
      'a style sheet by @import',
      () =>
        svg(
          `<style>@import url("${file}.css"); @import "${name}.css"; @import url("${web}/a.css");</style>${green}`,
        ),
    ],
    [
      'a style sheet by an instruction',
      () => svg(green, { before: `<?xml-stylesheet type="text/css" href="${file}.css"?>` }),
    ],
    ['a DTD', () => svg(green, { before: `<!DOCTYPE svg SYSTEM "${web}/a.dtd">` })],
  ])('%s', async (_, content) => {
    expect(await pixelsOf(content())).toEqual([1, ...Array(400).fill(150)]);
    expect(requests).toEqual([]);
  });

  test.each<[string, () => string]>([
    ['an entity in a file', () => `<!ENTITY x SYSTEM "${file}.css">`],
    ['an entity of a server', () => `<!ENTITY x SYSTEM "${web}/x">`],
    ['a parameter entity', () => `<!ENTITY % x SYSTEM "${web}/x"> %x;`],
  ])('%s, which is rejected', async (_, declaration) => {
    const content = svg('<text y="20">&x;</text>', { before: `<!DOCTYPE svg [${declaration()}]>` });
    expect(await rejectionOf(Buffer.from(content), recipe)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('Save it without a DOCTYPE'),
    });
    expect(requests).toEqual([]);
  });
});

describe('the size is known before rendering', () => {
  test.each<[attributes: string, width: number, height: number]>([
    ['width="30" height="20"', 30, 20],
    ['width="1in" height="72pt"', 72, 72],
    ['viewBox="0 0 40 10"', 40, 10],
    ['', 20, 20],
  ])('by %j', async (attributes, width, height) => {
    const content = svg(red, { attributes });
    const { bytes } = await toGrayscale(Buffer.from(content), recipe);
    expect(parsePng(bytes)).toMatchObject({ width, height });
  });

  test.each(['width="100000" height="100000"', 'viewBox="0 0 20000 20000"'])(
    'and rejected when %j is too large',
    async (attributes) => {
      expect(await rejectionOf(Buffer.from(svg(red, { attributes })), recipe)).toMatchObject({
        code: 'IMAGE_TOO_LARGE',
      });
    },
  );

  test.each(['width="0" height="5"', 'viewBox="0 0 1e12 1e12"'])(
    'and rejected when %j is invalid',
    async (attributes) => {
      expect(await rejectionOf(Buffer.from(svg(red, { attributes })), recipe)).toMatchObject({
        code: 'CORRUPT_IMAGE',
      });
    },
  );
});

describe('embedded images', () => {
  const png = pixelPng(255, 0, 0);

  test.each<[string, string]>([
    ['a PNG', imageElement(dataUrl(png))],
    [
      'a PNG in odd spelling',
      imageElement(`\n DaTa:image/png;x=y; base64 ,${dataUrl(png).split(',')[1]}`, 'xlink:href'),
    ],
    [
      'a PNG behind character references',
      imageElement(dataUrl(png).replace('data', '&#100;&#x61;ta')),
    ],
  ])('are rendered and measured: %s', async (_, body) => {
    const content = Buffer.from(svg(body));
    expect((await toGrayscale(content, recipe)).channels).toBe(1);
    const without = await inspectImage(Buffer.from(svg()), {}, recipe);
    const { memoryBytes } = await inspectImage(content, {}, recipe);
    expect(memoryBytes).toBeGreaterThan(without.memoryBytes);
  });

  const large = hugePngHeader(13_000, 13_000);
  const escaped = [...large].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

  test.each<[string, string]>([
    [
      'together',
      imageElement(dataUrl(large)) + imageElement(dataUrl(hugePngHeader(12_000, 12_000))),
    ],
    ['spelled in escapes', imageElement(`data:image/png,${escaped}`).repeat(2)],
    ['behind a quote in text', `<text>href="</text>${imageElement(dataUrl(large)).repeat(2)}`],
    [
      'with a quote in their type',
      `<image href='data:image/png;a=";base64,${dataUrl(large).split(',')[1]}'/>`.repeat(2),
    ],
    [
      'with line ends in their scheme',
      imageElement(dataUrl(large).replace('data', 'da&#10;ta')).repeat(2),
    ],
  ])('that are too large %s are rejected', async (_, body) => {
    expect(await rejectionOf(Buffer.from(svg(body)), recipe)).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
      message: expect.stringContaining('the images inside the SVG have'),
    });
  });

  test('that are too large inside an entity are rejected', async () => {
    const content = svg(imageElement(dataUrl(large).replace('data:', '&d;:')).repeat(2), {
      before: '<!DOCTYPE svg [<!ENTITY d "data"><!ENTITY d "x">]>',
    });
    expect(await rejectionOf(Buffer.from(content), recipe)).toMatchObject({
      code: 'IMAGE_TOO_LARGE',
    });
  });

  test.each([
    ['an SVG', dataUrl(Buffer.from(svg()), 'image/svg+xml')],
    ['an SVG as text', `data:image/svg+xml,${encodeURIComponent(svg())}`],
    ['something else', dataUrl(Buffer.from('what?'))],
  ])('that are %s are rejected', async (_, url) => {
    expect(await rejectionOf(Buffer.from(svg(imageElement(url))), recipe)).toMatchObject({
      code: 'UNSUPPORTED_FORMAT',
      message: expect.stringContaining('images inside an SVG'),
    });
  });
});

describe('a hostile SVG is rejected within seconds:', () => {
  const nested = (depth: number) => '<g>'.repeat(depth) + red + '</g>'.repeat(depth);
  const laughs = Array.from(
    { length: 9 },
    (_, i) => `<!ENTITY a${i + 1} "${`&a${i};`.repeat(10)}">`,
  );

  test.each<[string, string, string]>([
    [
      'a billion laughs',
      svg('&a9;', { before: `<!DOCTYPE svg [<!ENTITY a0 "ha">${laughs.join('')}]>` }),
      'UNSUPPORTED_FORMAT',
    ],
    ['deep nesting', svg(nested(100_000)), 'CORRUPT_IMAGE'],
    ['no end', svg().slice(0, -8), 'CORRUPT_IMAGE'],
    ['an unknown entity', svg('<text>&nope;</text>'), 'CORRUPT_IMAGE'],
  ])('%s', async (_, content, code) => {
    expect(await rejectionOf(Buffer.from(content), recipe)).toMatchObject({ code });
  });

  test.each([
    ['many comments', `${'<!---->'.repeat(200_000)}<html>`],
    ['an endless DOCTYPE', `<!DOCTYPE svg [${'] '.repeat(500_000)}`],
    ['many quotes', `<svg>${`href='`.repeat(100_000)}${'href=" '.repeat(100_000)}`],
  ])('%s', async (_, content) => {
    const startedAt = performance.now();
    expect(await rejectionOf(Buffer.from(content), recipe)).toMatchObject({
      code: expect.stringMatching(/UNSUPPORTED_FORMAT|CORRUPT_IMAGE/),
    });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

test('concurrent broken SVGs are rejected one by one, and the process survives', async () => {
  // Read concurrently, they end the process within some hundred files: see serialize-svg-reads.ts.
  const broken = Buffer.from(
    `<svg ${namespaces} width="1\x08\xff" height="&"><g <rect/>`,
    'latin1',
  );
  const rejections = await Promise.all(
    Array.from({ length: 2_000 }, () => rejectionOf(broken, recipe)),
  );
  for (const rejection of rejections) expect(rejection).toMatchObject({ code: 'CORRUPT_IMAGE' });
});
