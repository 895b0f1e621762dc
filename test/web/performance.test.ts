// The Performance page, on rows of two versions of which one is known to be faster.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrateQueue } from '../../src/queue/boss.ts';
import { createPostgresQueue } from '../../src/queue/postgres-queue.ts';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import { type Dashboard, startDashboard } from '../../testing/dashboard.ts';
import { screenshot } from '../../testing/screenshot.ts';
import { addRows } from './rows.ts';

let dashboard: Dashboard;
let browser: TestBrowser;
beforeAll(async () => {
  [dashboard, browser] = await Promise.all([startDashboard(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

test('it shows the first step when there are no images', async () => {
  const { page, consoleErrors, close } = await browser.open(`${dashboard.url}/performance`);
  await page.getByText('No conversions in this period').waitFor();
  expect(await page.getByRole('link', { name: 'Drop some images' }).count()).toBe(1);
  expect(consoleErrors).toEqual([]);
  await close();
});

test('depth and age of a queue are shown, also before the first image is converted', async () => {
  await migrateQueue(dashboard.database);
  await dashboard.stop();
  await dashboard.restart({ QUEUE: 'postgres' });
  const waiting = createPostgresQueue(dashboard.database);
  await waiting.send(['a.png', 'b.png'].map((key) => ({ bucket: 'uploads', key })));
  await dashboard.database.query(`
    UPDATE grayscale_queue.job SET created_on = now() - interval '3 minutes';
    INSERT INTO grayscale_queue.job (name, data) VALUES ('uploads-dead', '{}')`);
  const { page, consoleErrors, close } = await browser.open(`${dashboard.url}/performance`);
  await page
    .getByText(/^Queue: 2 waiting, the oldest for 3 min, 0 in progress, 1 failed too often$/)
    .waitFor();
  await screenshot(page, 'performance-queue');
  expect(consoleErrors).toEqual([]);
  await close();
  await waiting.close();
  await dashboard.stop();
  await dashboard.restart({});
});

test('two versions are compared in a sentence, next to charts of both', async () => {
  await addRows(dashboard.database, 900, { version: '0.1.0', medianMs: 100, failEvery: 45 });
  await addRows(dashboard.database, 600, { version: '0.2.0', medianMs: 60, failEvery: 100 });
  const { page, consoleErrors, close } = await browser.open(
    `${dashboard.url}/performance?since=24h`,
  );
  const sentence = page.getByText(/^0\.2\.0 is .* faster than 0\.1\.0/);
  await sentence.waitFor();
  // 40 % of what grows with the version is less; fetching, storing and verifying is not.
  const [, percent] = /is (\d+) % faster/.exec(await sentence.innerText()) ?? [];
  expect(Number(percent)).toBeGreaterThan(30);
  expect(Number(percent)).toBeLessThan(40);
  expect(await sentence.innerText()).toMatch(/95 % CI \d+ to \d+; n = 594 and 880\)/);
  expect(await page.getByRole('row', { name: /^decode/ }).innerText()).toContain('faster');
  expect(await page.getByRole('row', { name: /^verify/ }).innerText()).not.toContain('faster');

  const charts = await page.getByRole('img').all();
  expect(await Promise.all(charts.map((chart) => chart.getAttribute('aria-label')))).toEqual([
    'Percentiles over time',
    'Stages',
    'Distribution',
    'Cumulative distribution',
    'Duration by image size',
    'Throughput',
  ]);
  for (const chart of charts) {
    expect(await chart.locator('path, rect, circle').count()).toBeGreaterThan(0);
  }
  // The legend has the colors of the bars in both themes.
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const colors = await page.evaluate(() => {
      const swatch = (mark: string) => {
        const element = document.querySelector(`.chart-swatch-${mark}`);
        return element && getComputedStyle(element).backgroundColor;
      };
      const figure = document.querySelector('.chart-swatch')?.closest('figure');
      const bars = [...(figure?.querySelectorAll('g rect') ?? [])].map(
        (bar) => getComputedStyle(bar).fill,
      );
      return { swatches: [swatch('soft'), swatch('strong')], bars };
    });
    expect(new Set(colors.bars).size).toBeGreaterThanOrEqual(2);
    expect(colors.bars).toEqual(expect.arrayContaining(colors.swatches));
  }
  await screenshot(page, 'performance', { fullPage: true });

  // A version chosen on one side is replaced on the other.
  await page.getByLabel('Is: the candidate').selectOption('0.1.0');
  await page.getByText(/^0\.1\.0 is .* slower than 0\.2\.0/).waitFor();
  expect(new URL(page.url()).searchParams.get('baseline')).toBe('0.2.0');
  expect(consoleErrors).toEqual([]);
  await close();
});

test('a failure’s code links to the images with that failure', async () => {
  const { page, close } = await browser.open(`${dashboard.url}/performance`);
  const row = page.getByRole('row', { name: 'CORRUPT_IMAGE' });
  expect(await row.innerText()).toContain('26');
  await row.getByRole('link').click();
  await page.getByText('26 in total').waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed&code=CORRUPT_IMAGE&since=24h');
  await close();
});
