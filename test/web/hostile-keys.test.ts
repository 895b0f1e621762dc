// Keys and messages that contain markup: the page shows them as text and runs nothing.
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBrowser, type TestBrowser } from '../../testing/browser.ts';
import { type Dashboard, startDashboard } from '../../testing/dashboard.ts';

const key = '"><img src=x onerror="window.owned=1"><script>window.owned=1</script>.png';
let dashboard: Dashboard;
let browser: TestBrowser;
beforeAll(async () => {
  [dashboard, browser] = await Promise.all([startDashboard(), startBrowser()]);
});
afterAll(async () => {
  await browser.close();
  await dashboard.close();
});

test('a key that contains markup is shown as text, in the list and in the details', async () => {
  const { page, consoleErrors, close } = await browser.open(`${dashboard.url}/images`);
  // The message of this failure quotes the start of the file.
  const Body = '<svg onload="window.owned=1"><script>window.owned=1</script></svg>';
  await dashboard.store.s3.send(new PutObjectCommand({ Bucket: 'uploads', Key: key, Body }));
  const row = page.getByText(key).first();
  await row.waitFor({ timeout: 30_000 });
  await row.click();
  await page.getByRole('heading', { name: key }).waitFor();
  expect(await page.evaluate('window.owned')).toBeUndefined();
  expect(await page.locator('img[src="x"]').count()).toBe(0);
  // The content security policy did not have to block anything either.
  expect(consoleErrors.filter((error) => error.includes('Content Security'))).toEqual([]);
  await close();
}, 60_000);
