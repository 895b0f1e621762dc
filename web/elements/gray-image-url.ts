import type { Image } from '../../src/server/api/schemas.ts';

const browserFormats: ReadonlySet<string> = new Set(['png', 'jpeg', 'webp', 'gif', 'avif']);
const maxInlineBytes = 8e6;

/** The gray image for a page: the file itself if browsers show it easily, otherwise a thumbnail. */
export function grayImageUrl({ links, output }: Image): string | null {
  if (links.gray === null || output === null) return null;
  const canInline =
    browserFormats.has(output.format ?? '') && (output.sizeBytes ?? 0) < maxInlineBytes;
  return canInline ? links.gray : `${links.gray}?width=1024`;
}
