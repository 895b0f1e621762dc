import { buildWeb } from '../tools/build-web.ts';
import { unpackChromium } from './unpack-chromium.ts';

/**
 * Runs before all tests, so that no two of them build the dashboard or unpack its browser at the
 * same time.
 */
export default async function setup(): Promise<void> {
  await Promise.all([buildWeb(), unpackChromium()]);
}
