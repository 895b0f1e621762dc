// How the dashboard handles a folder of many small images: chosen in a real Chromium, uploaded, converted,
// downloaded as one ZIP. The server must be running, for example with `npm start`.
//   npm run bench:drop
//   npm run bench:drop -- --files 500 --url http://127.0.0.1:8080
import { randomUUID } from 'node:crypto';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { startBrowser } from '../../testing/browser.ts';

const { values: flags } = parseArgs({
  options: {
    files: { type: 'string', default: '2000' },
    url: { type: 'string', default: 'http://127.0.0.1:8080' },
  },
});
const count = Number(flags.files);
const shown = count.toLocaleString('en-US');

const folder = join(tmpdir(), `bench-${randomUUID().slice(0, 8)}`);
await makeImages(folder);
const browser = await startBrowser();
try {
  const { page, close } = await browser.open(flags.url);
  page.setDefaultTimeout(600_000);
  const cpuSeconds = await watchCpu(page);
  const underWay = watchUploads(page);
  const nodes = watchNodes(page);
  const startedAt = performance.now();
  await page.getByLabel('A folder of images').setInputFiles(folder);
  await page.getByText(`${shown} of ${shown} done`).waitFor();
  console.log(
    `${count} images: ${secondsSince(startedAt)} s until all are done; max ${underWay()} uploads under way, max ${await nodes()} elements in the document; ${await cpuSeconds()} s of CPU in the thread of the page.`,
  );
  const packingAt = performance.now();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all' }).click(),
  ]);
  const { size } = await stat(await download.path());
  console.log(`ZIP: ${secondsSince(packingAt)} s, ${size} bytes.`);
  await close();
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}

async function makeImages(folder: string): Promise<void> {
  await mkdir(folder);
  for (let number = 0; number < count; number++) {
    const background = { r: number & 255, g: number >> 8, b: 128 };
    const create = { width: 64 + (number % 64), height: 64, channels: 3, background } as const;
    const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
    const image = sharp({ create: { ...create, noise } }).jpeg();
    await writeFile(join(folder, `${String(number).padStart(5, '0')}.jpg`), await image.toBuffer());
  }
}

/** Processor time of the page's thread, which does not depend on other load. */
async function watchCpu(page: Page): Promise<() => Promise<string>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0;
  };
  const before = await read();
  return async () => ((await read()) - before).toFixed(1);
}

/** Counts concurrent uploads; returns the max. */
function watchUploads(page: Page): () => number {
  const open = new Set<unknown>();
  let most = 0;
  page.on('request', (request) => {
    if (!request.url().includes('/v1/uploads')) return;
    open.add(request);
    most = Math.max(most, open.size);
  });
  for (const event of ['requestfinished', 'requestfailed'] as const) {
    page.on(event as 'requestfinished', (request) => open.delete(request));
  }
  return () => most;
}

/** Counts the document's elements every half second; returns the max. */
function watchNodes(page: Page): () => Promise<number> {
  let most = 0;
  const read = async () => {
    const now = await page.locator('*').count();
    most = Math.max(most, now);
  };
  const timer = setInterval(() => void read().catch(() => {}), 500);
  return async () => {
    clearInterval(timer);
    await read();
    return most;
  };
}

function secondsSince(startedAt: number): string {
  return ((performance.now() - startedAt) / 1e3).toFixed(1);
}
