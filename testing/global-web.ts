import { buildWeb } from '../tools/build-web.ts';
import { unpackChromium } from './unpack-chromium.ts';

/** Before any test, so that two of them never build the dashboard, or unpack its browser, at once. */
export default async function setup(): Promise<void> {
  await Promise.all([buildWeb(), unpackChromium()]);
}
