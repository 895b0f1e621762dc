import type { Image } from '../../src/server/api/schemas.ts';

const shownFormats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'gif', 'avif']);
const maxShownBytes = 8e6;

/** The gray image for a page: the file itself if browsers show it easily, otherwise a thumbnail. */
export function grayPictureOf({ links, output }: Image): string | null {
  if (links.gray === null || output === null) return null;
  const isShown = shownFormats.has(output.format ?? '') && (output.sizeBytes ?? 0) < maxShownBytes;
  return isShown ? links.gray : `${links.gray}?width=1024`;
}
