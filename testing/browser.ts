import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { unpackChromium } from './unpack-chromium.ts';

/** A real Chromium. */
export interface TestBrowser {
  open(url: string, options?: BrowserContextOptions): Promise<TestPage>;
  close(): Promise<void>;
}

export interface TestPage {
  page: Page;
  /** Errors and warnings on the page's console: refused styles, broken scripts, lost responses. */
  consoleErrors: string[];
  close(): Promise<void>;
}

/** The package's default arguments would disable what is tested, for example web security. */
const browserArguments = ['--no-sandbox', '--no-zygote', '--font-render-hinting=none'];

export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = await unpackChromium();
  const browser: Browser = await chromium.launch({ executablePath, args: browserArguments });
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const consoleErrors: string[] = [];
      page.on('pageerror', (error) => consoleErrors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
          consoleErrors.push(`${message.text()} ${message.location().url}`);
        }
      });
      await page.goto(url);
      return { page, consoleErrors, close: () => context.close() };
    },
    close: () => browser.close(),
  };
}
