import type { Image } from '../../src/server/api/schemas.ts';

const browserFormats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'gif', 'avif']);
const maxInlineBytes = 8e6;

/** Whether browsers display this format. */
export function isDisplayable(format: string | null | undefined): boolean {
  return browserFormats.has(format ?? '');
}

/** The gray image for a page: the file itself if browsers show it easily, otherwise a thumbnail. */
export function grayImageUrl({ links, output }: Image): string | null {
  if (links.gray === null || output === null) return null;
  const canInline = isDisplayable(output.format) && (output.sizeBytes ?? 0) < maxInlineBytes;
  return canInline ? links.gray : `${links.gray}?width=1024`;
}

/** The gray image in full size, or the largest thumbnail of a format that browsers do not display. */
export function fullSizeUrl({ links, output }: Image): string | null {
  if (links.gray === null || output === null) return null;
  return isDisplayable(output.format) ? links.gray : `${links.gray}?width=1024`;
}
