// The ledger as a person uses it: rows that appear by themselves, filters, keys, retry, delete.
import { readFile } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startBrowser, type TestBrowser, type TestPage } from '../../testing/browser.ts';
import { type Dashboard, startDashboard } from '../../testing/dashboard.ts';
import { screenshot } from '../../testing/screenshot.ts';
import { addRows } from './rows.ts';

let dashboard: Dashboard;
let browser: TestBrowser;
const open: TestPage[] = [];
beforeAll(async () => {
  // The large image below fails until the limit is raised.
  [dashboard, browser] = await Promise.all([
    startDashboard({ MAX_PIXELS: '100000' }),
    startBrowser(),
  ]);
});
afterEach(async () => {
  for (const { close } of open.splice(0)) await close();
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

async function openPage(path: string, options = {}): Promise<TestPage> {
  const page = await browser.open(dashboard.url + path, options);
  open.push(page);
  return page;
}

async function put(key: string, side: number): Promise<void> {
  const create = { width: side, height: side, channels: 3, background: '#c83264' } as const;
  const Body = await sharp({ create }).jpeg().toBuffer();
  await dashboard.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: key, Body }));
}

const row = (page: Page, name: string) => page.getByRole('row', { name });

test('an empty ledger shows the first step; rows then appear by themselves', async () => {
  const { page, consoleErrors } = await openPage('/images');
  await page.getByText('No images yet').waitFor();
  await page.getByText(`curl -T photo.jpg -X POST '${dashboard.url}`).waitFor();
  await put('small.jpg', 100);
  await row(page, 'small.jpg').getByText('converted').waitFor();
  await put('large.jpg', 900);
  await row(page, 'large.jpg').getByText('IMAGE_TOO_LARGE').waitFor();
  expect(await page.getByRole('row').nth(1).innerText()).toContain('large.jpg');
  expect(consoleErrors).toEqual([]);
});

test('filters are in the address, so that links and the back button work', async () => {
  const { page } = await openPage('/images');
  await row(page, 'small.jpg').waitFor();
  await page.getByLabel('Status').selectOption('failed');
  await row(page, 'small.jpg').waitFor({ state: 'detached' });
  await row(page, 'large.jpg').waitFor();
  expect(new URL(page.url()).search).toBe('?status=failed');

  await page.getByLabel('Status').selectOption('');
  await page.getByLabel('Key begins with').fill('sma');
  await row(page, 'large.jpg').waitFor({ state: 'detached' });
  const { page: other } = await openPage(`/images${new URL(page.url()).search}`);
  await row(other, 'small.jpg').waitFor();
  expect(await other.getByRole('row').count()).toBe(2);

  await other.getByLabel('Colour').selectOption('gray all along');
  await row(other, 'small.jpg').waitFor({ state: 'detached' });
  await other.getByLabel('Colour').selectOption('in colour');
  await row(other, 'small.jpg').waitFor();
  expect(new URL(other.url()).search).toBe('?prefix=sma&neutral=false');

  await other.getByLabel('Key begins with').fill('no key begins like this');
  await other.getByRole('button', { name: 'Show all' }).click();
  await row(other, 'large.jpg').waitFor();
});

test('the keyboard alone opens an image, shows its stages, and returns', async () => {
  const { page } = await openPage('/images');
  await row(page, 'small.jpg').waitFor();
  const grid = page.getByRole('grid');
  await grid.focus();
  await page.keyboard.press('End');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'Image details' });
  await panel.getByRole('heading', { name: 'small.jpg' }).waitFor();
  const stages = await panel.getByRole('listitem').allInnerTexts();
  expect(stages.map((text) => text.split(/\s/)[0])).toEqual(
    expect.arrayContaining(['fetch', 'decode', 'gray', 'encode', 'store', 'verify']),
  );
  expect(new URL(page.url()).searchParams.get('image')).toMatch(/^\d+$/);
  await screenshot(page, 'images-detail');
  const close = async () => {
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'detached' });
    await expect
      .poll(() => grid.evaluate((element) => element === document.activeElement))
      .toBe(true);
  };
  await close();
  // On a phone, the panel replaces the list.
  await page.setViewportSize({ width: 390, height: 800 });
  await page.keyboard.press('Enter');
  await grid.waitFor({ state: 'hidden' });
  await close();
});

test('the page reports a server that is gone, and reconnects; a failure is then retried', async () => {
  const { page } = await openPage('/images');
  await row(page, 'large.jpg').click();
  const banner = page.getByText('This page may be out of date.');
  expect(await banner.count()).toBe(0);
  await dashboard.stop();
  await banner.waitFor();
  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await page.getByRole('alert').waitFor();
  await screenshot(page, 'images-offline');

  await dashboard.restart({});
  await banner.waitFor({ state: 'detached' });
  await put('afterwards.jpg', 80);
  await row(page, 'afterwards.jpg').waitFor();

  await page.getByRole('button', { name: 'Retry', exact: true }).click();
  await row(page, 'large.jpg').getByText('converted').waitFor();
  await page.getByRole('complementary').getByText('900 × 900').waitFor();
});

test('an image is shown in full size, its original downloaded, and its link copied', async () => {
  const permissions = ['clipboard-read', 'clipboard-write'];
  const { page } = await openPage('/images', { permissions });
  await row(page, 'small.jpg').click();
  const panel = page.getByRole('complementary', { name: 'Image details' });
  const [original] = await Promise.all([
    page.waitForEvent('download'),
    panel.getByRole('link', { name: 'Download original' }).click(),
  ]);
  expect(original.suggestedFilename()).toBe('small.jpg');
  await panel.getByRole('button', { name: 'Copy link' }).click();
  await panel.getByText('Link copied').waitFor();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await panel.getByRole('button', { name: 'Full size' }).click();
  await page
    .getByRole('dialog', { name: 'small.jpg in full size' })
    .getByText('100 × 100')
    .waitFor();
  await page.keyboard.press('Escape');
  // Escape closes only the dialog.
  await panel.getByRole('heading', { name: 'small.jpg' }).waitFor();
  await panel.getByRole('button', { name: 'Compare methods' }).click();
  await page.getByRole('button', { name: 'Use: red' }).click();
  await page.getByRole('article', { name: 'small.jpg' }).getByText('not stored').waitFor();
  const { page: other } = await openPage(link.slice(dashboard.url.length));
  await other.getByRole('heading', { name: 'small.jpg' }).waitFor();
});

test('an image is deleted only after a confirmation', async () => {
  const { page } = await openPage('/images');
  await row(page, 'small.jpg').click();
  await page.getByRole('button', { name: 'Delete …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete small.jpg?' });
  await screenshot(page, 'images-delete');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await row(page, 'small.jpg').count()).toBe(1);

  await page.getByRole('button', { name: 'Delete …' }).click();
  await dialog.getByLabel('Also delete the uploaded image').check();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await row(page, 'small.jpg').waitFor({ state: 'detached' });
  const rows = await dashboard.database.rows();
  expect(rows.map((found) => found.source_key)).not.toContain('small.jpg');
});

test('several images are selected by keyboard, retried, downloaded and deleted after a question', async () => {
  for (const [at, key] of ['bulk/a.jpg', 'bulk/b.jpg', 'bulk/c.jpg'].entries()) {
    await put(key, 40 + at);
  }
  const { page, consoleErrors } = await openPage('/images?prefix=bulk/');
  await row(page, 'bulk/a.jpg').waitFor();
  await expect.poll(() => page.getByRole('row').count(), { timeout: 15_000 }).toBe(4);
  await page.getByRole('grid').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('Space');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 selected').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('2 selected').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+a');
  await page.getByText('3 selected').waitFor();
  await screenshot(page, 'images-selected');
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download (ZIP)' }).click(),
  ]);
  expect(Object.keys(unzipSync(await readFile(await zip.path())))).toHaveLength(3);

  await page.getByRole('button', { name: 'Retry …' }).click();
  const retry = page.getByRole('dialog', { name: 'Convert 3 images again?' });
  await retry.getByRole('button', { name: 'Retry', exact: true }).click();
  await retry.getByText('3 converted.').waitFor();
  await retry.getByRole('button', { name: 'Close' }).click();

  await page.getByLabel('Select bulk/b.jpg').click();
  await page.getByText('2 selected').waitFor();
  await page.getByRole('button', { name: 'Delete …' }).click();
  const dialog = page.getByRole('dialog', { name: 'Delete 2 images?' });
  await dialog.getByText('2 rows and 2 outputs are deleted permanently.').waitFor();
  await dialog.getByText('The uploaded images stay in the bucket.').waitFor();
  await screenshot(page, 'images-delete-selected');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  expect(await page.getByRole('row').count()).toBe(4);

  await page.getByRole('button', { name: 'Delete …' }).click();
  await dialog.getByLabel('Also delete the uploaded images').check();
  await dialog.getByRole('button', { name: 'Delete' }).click();
  await dialog.getByText('2 deleted.').waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect.poll(() => page.getByRole('row').count(), { timeout: 15_000 }).toBe(2);
  await row(page, 'bulk/b.jpg').waitFor();
  const kept = (await dashboard.database.rows()).map((found) => found.source_key);
  expect(kept.filter((key) => String(key).startsWith('bulk/'))).toEqual(['bulk/b.jpg']);
  expect(consoleErrors).toEqual([]);
});

test('all images of a filter are retried after a question, and exported', async () => {
  await put('again/a.jpg', 50);
  await put('again/b.jpg', 51);
  const { page } = await openPage('/images?contains=GAIN/');
  await expect.poll(() => page.getByRole('row').count(), { timeout: 15_000 }).toBe(3);
  await page.getByRole('button', { name: 'Retry all failed …' }).click();
  const failed = page.getByRole('dialog', { name: 'Convert all failed images again?' });
  await failed.getByText('0 failed images match').waitFor();
  expect(await failed.getByRole('button', { name: 'Retry all' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');

  await page.getByLabel('Status').selectOption('converted');
  await page.getByRole('button', { name: 'Retry all converted …' }).click();
  const converted = page.getByRole('dialog', { name: 'Convert all converted images again?' });
  await converted.getByText('2 converted images match').waitFor();
  await converted.getByRole('button', { name: 'Retry all' }).click();
  await converted.getByText('2 converted.').waitFor();
  await converted.getByRole('button', { name: 'Close' }).click();
  for (const [name, pattern] of [
    ['Export CSV', /^id,status,.*\r\n\d+,converted,[\s\S]*again\/a\.jpg/],
    ['Export JSON', /^\[\n\{"id":"\d+","status":"converted"/],
  ] as const) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^images\.(csv|json)$/);
    expect(await readFile(await file.path(), 'utf8')).toMatch(pattern);
  }
});

test('ten thousand rows are scrolled through with few of them in the document', async () => {
  await addRows(dashboard.database, 10_000, { version: '0.0.9', medianMs: 80, failEvery: 50 });
  const { page } = await openPage('/images?version=0.0.9');
  const grid = page.getByRole('grid');
  await row(page, '010000.jpg').waitFor();
  await grid.focus();
  await expect
    .poll(
      async () => {
        await page.keyboard.press('End');
        return await row(page, '/000001.jpg').count();
      },
      { timeout: 80_000, interval: 50 },
    )
    .toBe(1);
  expect(await page.getByText('10,000 in total').count()).toBe(1);
  expect(await page.getByRole('row').count()).toBeLessThan(80);
  await screenshot(page, 'images-many');
  await page.keyboard.press('Home');
  await row(page, '010000.jpg').waitFor();
}, 100_000);
