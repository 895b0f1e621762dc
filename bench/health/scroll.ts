// Whether the table of images scrolls smoothly: ten thousand rows, from the top to the bottom, in a real
// Chromium; once while they are loaded on the way, then once more up and down.
//   npm run bench:scroll
//   npm run bench:scroll -- --rows 2000
import { parseArgs } from 'node:util';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { connectPostgres } from '../../src/ledger/connect.ts';
import { percentile, sortedSample } from '../../src/stats/samples/index.ts';
import { startBrowser } from '../../testing/browser.ts';
import { insertRows } from '../../testing/ledger-rows.ts';
import { buildWeb } from '../../tools/build-web.ts';
import { startBenchServer } from './start-server.ts';

const { values: flags } = parseArgs({ options: { rows: { type: 'string', default: '10000' } } });
const rows = Number(flags.rows);
/** Pixels per frame: about seven rows, as in a fast swipe. */
const stepPixels = 400;

await buildWeb();
const [server, browser] = await Promise.all([startBenchServer(), startBrowser()]);
try {
  const postgres = connectPostgres({ url: server.databaseUrl, ssl: 'disable', maxConnections: 1 });
  for (let hour = 0; hour < 10; hour++) {
    const since = new Date(Date.now() - (hour + 1) * 3_600_000).toISOString();
    await insertRows(postgres, {
      count: rows / 10,
      since,
      hours: 1,
      prefix: `photos/${hour}`,
      failEvery: 50,
    });
  }
  await postgres.close();
  const { page, close } = await browser.open('about:blank', {
    viewport: { width: 1_280, height: 900 },
  });
  await answerThumbnails(page);
  await page.goto(`${server.url}/images`);
  await page.locator('.image-table tbody tr').first().waitFor();
  const cpu = await readCpu(page);
  printFrames('down, loading', await cpu(() => scroll(page, 'down')));
  const count = await page.locator('[role=grid]').getAttribute('aria-rowcount');
  printFrames('up', await cpu(() => scroll(page, 'up')));
  printFrames('down again', await cpu(() => scroll(page, 'down')));
  const inDocument = await page.locator('.image-table tbody tr').count();
  console.log(`${Number(count) - 1} rows in the table, ${inDocument} of them in the document.`);
  await close();
} finally {
  await browser.close();
  await server.close();
}

/** There are rows but no files; a thumbnail is drawn all the same. */
async function answerThumbnails(page: Page): Promise<void> {
  const create = { width: 160, height: 107, channels: 3, background: '#777' } as const;
  const body = await sharp({ create }).webp().toBuffer();
  await page.route('**/gray?width=*', (route) =>
    route.fulfill({ body, contentType: 'image/webp' }),
  );
}

/** Processor time of the page's thread, which does not depend on other load. */
async function readCpu(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await devtools.send('Performance.getMetrics');
    const { TaskDuration, ScriptDuration, LayoutDuration, RecalcStyleDuration } =
      Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
    return [TaskDuration, ScriptDuration, LayoutDuration, RecalcStyleDuration];
  };
  return async (work: () => Promise<Scrolled>) => {
    const before = await read();
    const scrolled = await work();
    const after = await read();
    const cpuMs = after.map((seconds = 0, at) => (seconds - (before[at] ?? 0)) * 1e3);
    return { ...scrolled, cpuMs };
  };
}

interface Scrolled {
  /** Times from one frame to the next. */
  frames: number[];
  /** Tasks of more than 50 ms. */
  longTasks: number[];
}

async function scroll(page: Page, direction: 'down' | 'up'): Promise<Scrolled> {
  return await page.evaluate(
    async ({ direction, stepPixels }) => {
      const table = document.querySelector('.image-table');
      if (!table) throw new Error('Expected the table of images.');
      const longTasks: number[] = [];
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longTasks.push(duration);
      });
      // Not in Node’s types, which this file also uses.
      observer.observe({ type: 'longtask' as 'measure' });
      const frames: number[] = [];
      let last = performance.now();
      let still = 0;
      // When more rows are loaded, the end moves further down.
      while (still < 60) {
        const now = await new Promise<number>(requestAnimationFrame);
        frames.push(now - last);
        last = now;
        const before = table.scrollTop;
        table.scrollTop += direction === 'down' ? stepPixels : -stepPixels;
        still = table.scrollTop === before ? still + 1 : 0;
      }
      observer.disconnect();
      return { frames: frames.slice(1, -60), longTasks };
    },
    { direction, stepPixels },
  );
}

function printFrames(
  direction: string,
  { frames, longTasks, cpuMs }: Scrolled & { cpuMs: number[] },
): void {
  const sample = sortedSample(frames);
  const shares = [0.5, 0.95, 0.99, 1].map((share) => percentile(sample, share).toFixed(1));
  const late = frames.filter((frame) => frame > 50).length;
  const longest = Math.max(0, ...longTasks).toFixed(0);
  console.log(
    `${direction}: ${frames.length} frames, p50, p95, p99, max: ${shares.join(', ')} ms; ${late} over 50 ms; ${longTasks.length} long tasks, the longest ${longest} ms`,
  );
  const [all, script, layout, style] = cpuMs.map((ms) => (ms / frames.length).toFixed(1));
  console.log(
    `CPU time per frame: ${all} ms, of which script ${script}, layout ${layout}, style ${style}`,
  );
}
