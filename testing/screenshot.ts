import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';

const folder = join(import.meta.dirname, '../test/web/screenshots');

/** For a person to view; nothing is compared with it. */
export async function screenshot(
  page: Page,
  name: string,
  { fullPage = false } = {},
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled', fullPage });
}
