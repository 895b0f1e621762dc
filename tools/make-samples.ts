// Redraws samples/: node tools/make-samples.ts. Run by hand; the images are committed.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { drawChart } from './samples/chart.ts';
import { drawDunes } from './samples/dunes.ts';
import { drawLogo } from './samples/logo.ts';

const images = {
  'chart.webp': drawChart,
  'dunes.jpg': drawDunes,
  'logo.png': drawLogo,
};

for (const [name, draw] of Object.entries(images)) {
  const bytes = await draw();
  await writeFile(join(import.meta.dirname, '..', 'samples', name), bytes);
  console.log(`samples/${name}: ${Math.round(bytes.length / 1000)} kB`);
}
