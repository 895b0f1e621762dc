import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const folder = join(import.meta.dirname, '../test/web/screenshots');

/** Saves a screenshot for manual review; no test compares it. */
export async function screenshot(
  page: Page,
  name: string,
  { fullPage = false } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', fullPage });
}
