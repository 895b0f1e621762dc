// Makes docs/images/demo.png: the samples, their gray versions and the output of the demo. Run by hand:
//   npm exec -- node tools/make-readme-image.ts
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { toGrayscale } from '../src/convert/index.ts';

const samples = ['dunes.jpg', 'logo.png', 'chart.webp'];
const width = 1_600;
const imageHeight = 340;
const gap = 24;
const textSize = 17;
const lineHeight = 26;

const lines = execFileSync(process.execPath, ['bin/grayscale.js', 'sandbox', '--demo'], {
  env: { ...process.env, SANDBOX_S3_PORT: '0', SANDBOX_DB_PORT: '0' },
  encoding: 'utf8',
}).split('\n');
const screen = ['$ npm run demo', ...lines].map(escapeXml);
const screenHeight = screen.length * lineHeight + gap;
const height = 2 * imageHeight + 3 * gap + screenHeight + gap;

const pairs = await Promise.all(samples.map(pairOf));
const total = pairs.reduce((sum, pair) => sum + pair.width, 0) + gap * (samples.length - 1);
let left = Math.round((width - total) / 2);
const images = pairs.flatMap((pair) => {
  const x = left;
  left += pair.width + gap;
  return [
    { input: pair.colour, left: x, top: gap },
    { input: pair.gray, left: x, top: 2 * gap + imageHeight },
  ];
});

await sharp({ create: { width, height, channels: 3, background: '#f4f4f4' } })
  .composite([...images, { input: terminal(), left: gap, top: 2 * imageHeight + 3 * gap }])
  .png({ palette: true, quality: 90, effort: 10 })
  .toFile('docs/images/demo.png');

async function pairOf(name: string) {
  const bytes = await readFile(`samples/${name}`);
  const { bytes: grayBytes } = await toGrayscale(bytes);
  const [colour, gray] = await Promise.all([bytes, grayBytes].map(thumbnail));
  if (!colour || !gray) throw new Error(`No thumbnail of ${name}.`);
  return { colour: colour.data, gray: gray.data, width: colour.info.width };
}

async function thumbnail(bytes: Uint8Array) {
  return await sharp(bytes)
    .autoOrient()
    .resize({ height: imageHeight })
    .flatten({ background: '#f4f4f4' })
    .toColourspace('srgb')
    .png()
    .toBuffer({ resolveWithObject: true });
}

function terminal(): Buffer {
  const rows = screen.map(
    (line, index) =>
      `<text x="20" y="${(index + 1) * lineHeight + 6}" xml:space="preserve">${line}</text>`,
  );
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width - 2 * gap}" height="${screenHeight}">
    <rect width="100%" height="100%" rx="10" fill="#1b1b1d"/>
    <g font-family="monospace" font-size="${textSize}" fill="#e4e4e4">${rows.join('')}</g>
  </svg>`);
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
