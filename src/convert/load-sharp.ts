import type sharp from 'sharp';

let isTuned = false;
let loading: Promise<typeof sharp> | undefined;

/**
 * Loads sharp when it is first needed: many images are converted without it, and it takes longer to
 * load than most of them to convert. Throws sharp’s error if its binaries are missing.
 */
export function loadSharp(): Promise<typeof sharp> {
  loading ??= load();
  return loading;
}

/**
 * For programs that convert several images concurrently: sharp then uses one thread for each. No
 * image is converted twice, so none is cached.
 */
export function tuneSharp(): void {
  if (isTuned) return;
  isTuned = true;
  loading = undefined;
}

async function load(): Promise<typeof sharp> {
  const { default: loaded } = await import('sharp');
  if (isTuned) {
    loaded.concurrency(1);
    loaded.cache(false);
  }
  return loaded;
}
