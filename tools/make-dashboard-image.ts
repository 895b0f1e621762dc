// Makes docs/images/dashboard.png from the output of the page tests: `npm run screenshots`.
import { join } from 'node:path';
import sharp from 'sharp';

const root = join(import.meta.dirname, '..');
const shots = ['drop-done', 'images-done'];
const width = 1_000;
const gap = 24;

const images = await Promise.all(
  shots.map((name) =>
    sharp(join(root, `test/web/screenshots/${name}.png`))
      .resize({ width })
      .toBuffer({ resolveWithObject: true }),
  ),
);
const height = Math.max(...images.map(({ info }) => info.height));

await sharp({
  create: {
    width: images.length * (width + gap) - gap,
    height,
    channels: 4,
    background: { r: 0, g: 0, b: 0, alpha: 0 },
  },
})
  .composite(images.map(({ data }, at) => ({ input: data, left: at * (width + gap), top: 0 })))
  .png({ palette: true, quality: 90, effort: 10 })
  .toFile(join(root, 'docs/images/dashboard.png'));
