import { buildWeb } from '../../scripts/build-web.ts';

/** Before any test, so that two of them never build the dashboard at once. */
export default async function setup(): Promise<void> {
  await buildWeb();
}
