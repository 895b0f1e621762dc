// WCAG AA in light and dark, the width of a phone, and the size of what loads before anything
// shows.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import { type Dashboard, startDashboard } from '../../testing/dashboard.ts';
import { screenshot } from '../../testing/screenshot.ts';
import { addRows } from './rows.ts';

let dashboard: Dashboard;
let browser: TestBrowser;
beforeAll(async () => {
  [dashboard, browser] = await Promise.all([startDashboard(), startBrowser()]);
  await addRows(dashboard.database, 400, { version: '0.1.0', medianMs: 90, failEvery: 20 });
  await addRows(dashboard.database, 300, { version: '0.2.0', medianMs: 60, failEvery: 20 });
  const Body = await readFile('samples/logo.png');
  await dashboard.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: 'logo.png', Body }));
  await vi.waitFor(async () => expect(await dashboard.database.rows()).toHaveLength(701), {
    timeout: 30_000,
    interval: 200,
  });
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Each page, and how to make it show all its parts. */
const pages: { name: string; path: string; arrange: (page: Page) => Promise<void> }[] = [
  { name: 'drop', path: '/', arrange: dropLogo },
  {
    name: 'list',
    path: '/images',
    arrange: (page) => page.getByRole('row', { name: 'logo.png' }).waitFor(),
  },
  {
    name: 'selected',
    path: '/images?prefix=l',
    async arrange(page) {
      await page.getByLabel('Select logo.png').click();
      await page.getByRole('button', { name: 'Delete …' }).click();
      await page.getByText('deleted permanently').waitFor();
    },
  },
  {
    name: 'convert-only',
    path: '/',
    async arrange(page) {
      await page.getByLabel('Convert only').check();
      await page.getByLabel('Images', { exact: true }).setInputFiles('samples/logo.png');
      await page.getByRole('button', { name: 'Full size' }).click();
      await page
        .getByRole('dialog')
        .getByText(/\d+ × \d+/)
        .waitFor();
    },
  },
  {
    name: 'details',
    path: '/images?prefix=l',
    async arrange(page) {
      await page.getByRole('row', { name: 'logo.png' }).click();
      await page.getByRole('complementary').getByText('Recorded').waitFor();
    },
  },
  {
    name: 'performance',
    path: '/performance',
    arrange: (page) => page.getByText(/% faster/).waitFor(),
  },
];

describe.each(pages)('the page $name', ({ name, path, arrange }) => {
  test.each(['light', 'dark'] as const)('is accessible when it is %s', async (colorScheme) => {
    const viewport = { width: 1280, height: 860 };
    const { page, consoleErrors, close } = await browser.open(dashboard.url + path, {
      colorScheme,
      viewport,
    });
    await arrange(page);
    expect(await violationsOf(page)).toEqual([]);
    expect(await background(page)).toBe(colorScheme === 'dark' ? 'dark' : 'light');
    await screenshot(page, `${name}-${colorScheme}`);
    // Chromium reports the upload whose key exists.
    expect(consoleErrors.filter((error) => !error.includes('409'))).toEqual([]);
    await close();
  });

  test('fits a phone, and is accessible there', async () => {
    const { page, close } = await browser.open(dashboard.url + path, {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'light',
    });
    await arrange(page);
    const widths = await page.evaluate(() => ({
      page: document.documentElement.scrollWidth,
      window: innerWidth,
    }));
    expect(widths).toEqual({ page: 360, window: 360 });
    expect(await violationsOf(page)).toEqual([]);
    await screenshot(page, `${name}-phone`);
    await close();
  });
});

test('the page of the API calls this server, and no other', async () => {
  const { page, consoleErrors, close } = await browser.open('about:blank', {
    ...{ colorScheme: 'light' as const, viewport: { width: 1280, height: 1_000 } },
  });
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  const response = await page.goto(`${dashboard.url}/docs`);
  const policy = response?.headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(policy).not.toContain('unsafe');

  const operations = page.locator('.opblock');
  await operations.first().waitFor();
  expect(await operations.count()).toBeGreaterThan(10);
  const search = page.getByPlaceholder('Search paths');
  await search.fill('webp thumbnail');
  await expect.poll(() => operations.count()).toBe(1);
  await search.fill('without storing');
  const convert = page.locator('#operations-Work-convert');
  await convert.locator('.opblock-summary-control').click();
  await convert.locator('input[type=file]').setInputFiles('samples/logo.png');
  await convert.getByRole('button', { name: 'Execute' }).click();
  const image = convert.locator('.live-responses-table img');
  await expect
    .poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth))
    .toBeGreaterThan(0);
  await image.scrollIntoViewIfNeeded();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await expect.poll(() => background(page)).toBe(colorScheme);
    await screenshot(page, `docs-${colorScheme}`);
  }
  expect(consoleErrors).toEqual([]);
  const origins = requests
    .filter((url) => !url.startsWith('data:'))
    .map((url) => new URL(url).origin);
  expect(new Set(origins)).toEqual(new Set([new URL(dashboard.url).origin]));
  await close();
});

test('the colour scheme can be chosen, and the choice is remembered', async () => {
  const { page, close } = await browser.open(dashboard.url, { colorScheme: 'light' });
  await page.getByRole('button', { name: 'Theme: system' }).click();
  await page.getByRole('button', { name: 'Theme: light' }).click();
  expect(await background(page)).toBe('dark');
  await page.reload();
  await page.getByRole('button', { name: 'Theme: dark' }).waitFor();
  expect(await background(page)).toBe('dark');
  await close();
});

test('the first load is small, and contains no charts', async () => {
  const { page, close } = await browser.open(dashboard.url);
  await page.getByText('Drop images or folders here').waitFor();
  const loaded = await page.evaluate(() =>
    ['navigation', 'resource'].flatMap((type) =>
      performance.getEntriesByType(type).map(({ name }) => name),
    ),
  );
  const files = loaded.filter((url) => !new URL(url).pathname.startsWith('/v1'));
  const sizes = await Promise.all(
    files.map(async (url) => gzipSync(await (await fetch(url)).bytes()).length),
  );
  expect(files.length).toBeGreaterThanOrEqual(4);
  expect(files.some((url) => url.includes('performance'))).toBe(false);
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(60_000);
  await close();
});

async function dropLogo(page: Page): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose images' }).click(),
  ]);
  await chooser.setFiles('samples/logo.png');
  // The bucket contains this image.
  await page.getByText('1 image has a name').waitFor();
  expect(await violationsOf(page)).toEqual([]);
  await page.getByRole('button', { name: 'Replace all' }).click();
  await page.getByText('1 of 1 done').waitFor();
  await page.getByAltText('logo.png in grayscale').waitFor();
}

/** Violations of WCAG 2.2 A and AA and of best practices that axe-core finds. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(axe, 'utf8'));
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const options: RunOptions = { runOnly: { type: 'tag', values: tags } };
  const { violations } = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)})`,
  )) as AxeResults;
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target }) => `${id}: ${help}: ${target.join(' ')}`),
  );
}

async function background(page: Page): Promise<'dark' | 'light'> {
  const colour = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  return Number(/\d+/.exec(colour)?.[0]) < 128 ? 'dark' : 'light';
}
