// Drops images onto the page, as a person does, and checks the results.
import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { toGrayscale } from '../../src/convert/index.ts';
import type { ImageList } from '../../src/server/api/schemas.ts';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import { type Dashboard, startDashboard } from '../../testing/dashboard.ts';
import { screenshot } from '../../testing/screenshot.ts';
import { maxColourDifference, maxDifference, pillowGray, pixelsOf } from './pixels.ts';

let dashboard: Dashboard;
let browser: TestBrowser;
beforeAll(async () => {
  [dashboard, browser] = await Promise.all([startDashboard(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

const samples = ['dunes.jpg', 'logo.png', 'chart.webp'];

test('three dropped images appear next to their gray outputs, pixel for pixel', async () => {
  const { page, consoleErrors, close } = await browser.open(dashboard.url);
  await page.getByText('Drop images or folders here').waitFor();
  await screenshot(page, 'drop-empty');
  await dropOnto(page, samples);
  await page.getByText('3 of 3 done').waitFor();

  for (const name of samples) {
    const card = page.getByRole('article', { name });
    const gray = card.getByAltText(`${name} in grayscale`);
    await expect.poll(() => gray.evaluate((image: HTMLImageElement) => image.complete)).toBe(true);
    const shown = await pixelsOf(gray);
    const expected = await pillowGray(name);
    expect({ width: shown.width, height: shown.height }).toEqual({
      width: expected.width,
      height: expected.height,
    });
    const original = await pixelsOf(card.getByAltText(`${name}, original`));
    expect(maxColourDifference(original.rgba)).toBeGreaterThan(100);
    expect(maxDifference(shown.rgba, expected.rgba)).toBeLessThanOrEqual(1);
    expect(await card.innerText()).toMatch(/\d+ × \d+ · [\d.]+ kB to [\d.]+ kB PNG/);
  }
  await screenshot(page, 'drop-done');

  const slider = page.getByLabel('Visible part of the original of dunes.jpg');
  await slider.focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  expect(await slider.getAttribute('aria-valuetext')).toBe('70 % original, 30 % gray');

  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all' }).click(),
  ]);
  const files = unzipSync(await readFile(await download.path()));
  expect(Object.keys(files).sort()).toEqual([
    'grayscale/chart.png',
    'grayscale/dunes.png',
    'grayscale/logo.png',
  ]);
  for (const file of Object.values(files)) {
    expect((await sharp(file).metadata()).format).toBe('png');
  }

  await page.emulateMedia({ colorScheme: 'dark' });
  await page.getByRole('article', { name: 'chart.webp' }).getByText('Details').click();
  const panel = page.getByRole('complementary', { name: 'Image details' });
  await panel.getByText('Recorded').waitFor();
  const missing = () =>
    page.evaluate(() => [...document.images].filter((image) => image.naturalWidth === 0).length);
  await page.getByRole('row', { name: 'dunes.jpg' }).waitFor();
  await expect.poll(missing).toBe(0);
  await screenshot(page, 'images-done');
  expect(consoleErrors).toEqual([]);
  await close();
});

test('an image is pasted, and compared by every method', async () => {
  const { page, consoleErrors, close } = await browser.open(dashboard.url);
  await page.getByText('up to 105 MB').waitFor();
  const bytes = [...(await sharp('samples/chart.webp').resize(120).png().toBuffer())];
  await page.evaluate((bytes) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([new Uint8Array(bytes)], 'image.png', { type: 'image/png' }));
    dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
  }, bytes);
  await page.getByRole('button', { name: 'Compare methods' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('All 11').waitFor();
  const means = await Promise.all(
    ['red', 'blue'].map(async (method) => {
      const { rgba } = await pixelsOf(dialog.getByAltText(new RegExp(`with ${method}$`)));
      expect(maxColourDifference(rgba)).toBe(0);
      return rgba.reduce((sum, value) => sum + value, 0) / rgba.length;
    }),
  );
  // The chart is red and green: its blue channel alone is darker.
  expect(means[0]).toBeGreaterThan((means[1] ?? 0) + 5);
  await screenshot(page, 'drop-methods');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    dialog.getByRole('link', { name: 'Download: blue' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^pasted-.*\.blue\.png$/);
  await dialog.getByRole('button', { name: 'Full size: blue' }).click();
  const zoom = page.getByRole('dialog', { name: 'in full size' });
  await zoom.getByText('120 × 80').waitFor();
  const shown = zoom.getByRole('img');
  // By keyboard alone.
  await page.keyboard.press('1');
  await expect.poll(() => shown.evaluate((image) => image.clientWidth)).toBe(120);
  await page.keyboard.press('+');
  await expect.poll(() => shown.evaluate((image) => image.clientWidth)).toBe(180);
  await zoom.getByText('150 %').waitFor();
  await screenshot(page, 'zoom');
  await page.keyboard.press('Escape');
  await zoom.waitFor({ state: 'detached' });

  await dialog.getByRole('button', { name: 'Use: blue' }).click();
  await dialog.waitFor({ state: 'detached' });
  await page.getByText('not stored').waitFor();
  expect(await page.getByLabel('Method').inputValue()).toBe('blue');
  expect(consoleErrors).toEqual([]);
  await close();
});

test('images are converted with chosen options, and stored only on request', async () => {
  const { page, consoleErrors, close } = await browser.open(dashboard.url);
  await page.getByLabel('Convert only').check();
  await page.getByText('Nothing is stored on the server.').waitFor();
  await page.getByLabel('Method').selectOption('red');
  await page.getByLabel('Format').selectOption('jpeg');
  await page.getByLabel('Quality').fill('40');
  await screenshot(page, 'drop-options');
  const buffer = await sharp('samples/chart.webp').resize(100).png().toBuffer();
  await page
    .getByLabel('Images', { exact: true })
    .setInputFiles(['a', 'b'].map((name) => ({ name: `only-${name}.png`, mimeType: '', buffer })));
  await page.getByText('2 of 2 done').waitFor();
  const card = page.getByRole('article', { name: 'only-a.png' });
  await card.getByText(/100 × \d+ .* JPEG .* not stored/).waitFor();
  const { rgba } = await pixelsOf(card.getByAltText('only-a.png in grayscale'));
  const expected = await toGrayscale(buffer, { method: 'red', format: 'jpeg', quality: 40 });
  const pixels = await sharp(expected.bytes).toColourspace('srgb').ensureAlpha().raw().toBuffer();
  expect(maxDifference(rgba, [...pixels])).toBeLessThanOrEqual(1);
  const [zip] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all' }).click(),
  ]);
  const files = unzipSync(await readFile(await zip.path()));
  expect(Object.keys(files)).toEqual(['only-a.jpg', 'only-b.jpg']);
  expect(Buffer.from(files['only-a.jpg'] ?? []).equals(expected.bytes)).toBe(true);
  const isStored = async () => {
    const keys = (await dashboard.database.rows()).map((row) => row.source_key);
    return keys.filter((key) => String(key).startsWith('only-'));
  };
  expect(await isStored()).toEqual([]);
  await card.getByRole('button', { name: 'Store original' }).click();
  await card.getByText('Details').waitFor();
  expect(await isStored()).toEqual(['only-a.png']);
  expect(consoleErrors).toEqual([]);
  await close();
});

test('few grays and lossless outputs can be chosen, each with its own options', async () => {
  const { page, close } = await browser.open(dashboard.url);
  await page.getByText('To choose options and download the results').waitFor();
  await page.getByLabel('Convert only').check();
  const clear = await sharp('samples/logo.png').resize(60).png().toBuffer();
  const photo = await sharp('samples/dunes.jpg').resize(60).jpeg().toBuffer();
  const named = (name: string, buffer: Buffer) => ({ name, mimeType: '', buffer });
  const download = async (name: string) => {
    const link = page.getByRole('article', { name }).getByRole('link', { name: 'Download' });
    const [file] = await Promise.all([page.waitForEvent('download'), link.click()]);
    return await readFile(await file.path());
  };
  await page.getByLabel('Format').selectOption('png');
  expect(await page.getByLabel('Dither').count()).toBe(0);
  await page.getByLabel('Depth').selectOption('1');
  await page.getByLabel('Dither').selectOption('floyd-steinberg');
  await page.getByLabel('Images', { exact: true }).setInputFiles(named('few.png', clear));
  const refused = page.getByRole('article', { name: 'few.png' });
  await refused.getByText('some pixels are transparent').waitFor();
  await page.getByLabel('Alpha').selectOption('flatten');
  await refused.getByRole('button', { name: 'Convert again' }).click();
  const few = await toGrayscale(clear, { depth: 1, dither: 'floyd-steinberg', alpha: 'flatten' });
  expect((await download('few.png')).equals(few.bytes)).toBe(true);
  await page
    .getByText('PNG (')
    .and(page.getByText(/, 1 bit ·/))
    .waitFor();

  await page.getByLabel('Format').selectOption('source');
  expect(await page.getByLabel('Dither').count()).toBe(0);
  await page.getByLabel('Lossless').selectOption('true');
  expect(await page.getByLabel('Quality').count()).toBe(0);
  const lossless = await toGrayscale(photo, { format: 'source', lossless: true });
  await page.getByLabel('Images', { exact: true }).setInputFiles(named('kept.jpg', photo));
  expect((await download('kept.jpg')).equals(lossless.bytes)).toBe(true);
  await close();
});

test('SVG is offered only if the server accepts it', async () => {
  const { page, close } = await browser.open(dashboard.url);
  await page.getByText('up to 105 MB').waitFor();
  expect(await page.getByText(/\bSVG\b/).count()).toBe(0);
  const accepted = await page.getByLabel('Images', { exact: true }).getAttribute('accept');
  expect(accepted).toContain('image/heic');
  expect(accepted).not.toContain('svg');
  await close();
});

test('a file that is not an image is refused with the reason', async () => {
  const { page, close } = await browser.open(dashboard.url);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.getByRole('button', { name: 'Choose images' }).click(),
  ]);
  await chooser.setFiles([
    { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('not an image at all') },
    { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) },
  ]);
  await page.getByText('2 of 2 done, 2 not converted').waitFor();
  const card = page.getByRole('article', { name: 'notes.txt' });
  await card.getByText('UNSUPPORTED_FORMAT').waitFor();
  await card.getByText('the content looks like text').waitFor();
  expect(await card.getByRole('button', { name: 'Retry' }).isEnabled()).toBe(true);
  await close();
});

test('an image whose name exists is replaced, renamed or skipped only as the user decides', async () => {
  const { page, consoleErrors, close } = await browser.open(dashboard.url);
  const stored = async (key: string) => {
    const path = `/v1/images?${new URLSearchParams({ key, sort: 'newest' })}`;
    const { images } = (await (await fetch(dashboard.url + path)).json()) as ImageList;
    return images.map(({ source }) => source.etag);
  };
  const dropAs = async (width: number) => {
    const buffer = await sharp('samples/logo.png').resize(width).png().toBuffer();
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.getByRole('button', { name: 'Choose images' }).click(),
    ]);
    const names = ['same-1.png', 'same-2.png', 'same-3.png'];
    await chooser.setFiles(names.map((name) => ({ name, mimeType: 'image/png', buffer })));
  };
  const clear = () => page.getByRole('button', { name: 'Clear finished' }).click();

  await dropAs(60);
  await page.getByText('3 of 3 done').waitFor();
  const [first] = await stored('same-1.png');
  await clear();
  await dropAs(70);
  await page.getByText('3 images have names').waitFor();
  await screenshot(page, 'drop-existing');
  // By keyboard alone.
  const card = (name: string) => page.getByRole('article', { name, exact: true });
  await card('same-1.png').getByRole('button', { name: 'Skip' }).focus();
  await page.keyboard.press('Enter');
  await card('same-1.png').getByText('Skipped').waitFor();
  await card('same-2.png').getByRole('button', { name: 'Replace' }).click();
  await card('same-3.png').getByRole('button', { name: 'Keep both' }).click();
  await card('same-3-2.png').getByText('Download').waitFor();
  await page.getByText('3 of 3 done').waitFor();
  expect(await stored('same-1.png')).toEqual([first]);
  expect((await stored('same-2.png'))[0]).not.toBe(first);
  expect(await stored('same-3.png')).toEqual([first]);
  expect(await stored('same-3-2.png')).toEqual(await stored('same-2.png').then(([etag]) => [etag]));

  await clear();
  await dropAs(80);
  await page.getByText('3 images have names').waitFor();
  await page.getByRole('button', { name: 'Keep both for all' }).click();
  await page.getByText('3 of 3 done').waitFor();
  await card('same-3-3.png').waitFor();
  expect(await stored('same-1.png')).toEqual([first]);
  // Chromium reports each refused upload.
  expect(consoleErrors.filter((error) => !error.includes('409'))).toEqual([]);
  await close();
});

test('a folder of many images is sent without waiting for outcomes, with few cards in the document', async () => {
  const { page, consoleErrors, close } = await browser.open(dashboard.url);
  const count = 60;
  const files = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const background = { r: at, g: 90, b: 20 };
      const create = { width: 16, height: 16, channels: 3, background } as const;
      const buffer = await sharp({ create }).png().toBuffer();
      return { name: `many-${String(at).padStart(3, '0')}.png`, mimeType: 'image/png', buffer };
    }),
  );
  files.push({ name: 'not-an-image.png', mimeType: 'image/png', buffer: Buffer.from('text') });
  // A busy server is not an error: the page sends these again.
  let rejected = 0;
  await page.route('**/v1/uploads?*', (route) => {
    if (rejected++ >= 2) return route.fallback();
    const problem = { status: 503, code: 'OVERLOADED', detail: 'Expected a free slot.' };
    return route.fulfill({ status: 503, json: problem });
  });
  await page.getByLabel('Images', { exact: true }).setInputFiles(files);
  // Other tests may use both cores.
  const done = page.getByText(`${count + 1} of ${count + 1} done, 1 not converted`);
  await done.waitFor({ timeout: 60_000 });
  const cards = page.getByRole('article');
  expect(await cards.count()).toBeLessThan(30);
  await expect(cards.first().getAttribute('aria-setsize')).resolves.toBe(String(count + 1));
  const last = page.getByRole('article', { name: 'not-an-image.png' });
  const scrollToEnd = async () => {
    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    return await last.count();
  };
  await expect.poll(scrollToEnd, { timeout: 20_000 }).toBe(1);
  // Rows that are not in the document any more keep a height: the page does not collapse.
  const heightPx = await page.evaluate(() => document.body.scrollHeight);
  expect(heightPx).toBeGreaterThan((count / 3) * 200);
  await page.evaluate(() => scrollTo(0, 0));
  await page.getByRole('article', { name: 'many-000.png' }).waitFor();
  await last.waitFor({ state: 'detached' });
  await expect.poll(scrollToEnd, { timeout: 20_000 }).toBe(1);
  expect(await cards.count()).toBeLessThan(30);

  await page.getByRole('button', { name: 'Show only these' }).click();
  await expect.poll(() => cards.count(), { timeout: 20_000 }).toBe(1);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download all' }).click(),
  ]);
  expect(Object.keys(unzipSync(await readFile(await download.path())))).toHaveLength(count);
  expect(consoleErrors.filter((error) => !error.includes('503'))).toEqual([]);
  await close();
}, 90_000);

/** A script cannot create a drop of files with a folder among them, only one of files. */
async function dropOnto(page: Page, names: readonly string[]): Promise<void> {
  const files = await Promise.all(
    names.map(async (name) => ({ name, bytes: [...(await readFile(`samples/${name}`))] })),
  );
  await page.evaluate((files) => {
    const dataTransfer = new DataTransfer();
    for (const { name, bytes } of files) {
      dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
    }
    const init = { dataTransfer, bubbles: true, cancelable: true };
    document.body.dispatchEvent(new DragEvent('dragover', init));
    document.body.dispatchEvent(new DragEvent('drop', init));
  }, files);
}
