import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import packed from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** A real Chromium, unpacked into a folder of its own. */
export interface TestBrowser {
  open(url: string, options?: BrowserContextOptions): Promise<TestPage>;
  close(): Promise<void>;
}

export interface TestPage {
  page: Page;
  /** What the page complained about on the console: refused styles, broken scripts, lost answers. */
  complaints: string[];
  close(): Promise<void>;
}

/** The package's own arguments would turn off what is to be tested, such as the web's security. */
const browserArguments = ['--no-sandbox', '--no-zygote', '--font-render-hinting=none'];

export async function startBrowser(): Promise<TestBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'grayscale-chromium-'));
  let browser: Browser;
  try {
    browser = await chromium.launch({
      executablePath: await unpackInto(folder),
      args: browserArguments,
    });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
          complaints.push(`${message.text()} ${message.location().url}`);
        }
      });
      await page.goto(url);
      return { page, complaints, close: () => context.close() };
    },
    async close() {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** It unpacks into the folder for temporary files and leaves 200 MB there. */
async function unpackInto(folder: string): Promise<string> {
  const { TMPDIR } = process.env;
  process.env.TMPDIR = folder;
  try {
    return await packed.executablePath();
  } finally {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  }
}
