import { basename } from 'node:path/posix';
import { Readable } from 'node:stream';
import type { Context } from 'hono';
import type { FoundFile, ObjectFiles } from '../pipeline/index.ts';
import type { Place } from './belongs-to.ts';
import { gone } from './gone.ts';

export interface SendFileOptions {
  files: ObjectFiles;
  contentType: string;
}

/** Types that browsers show as pictures and never as pages. */
const shown = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/gif']);

/**
 * Streams a file, or the one range of it that is asked for, unless the client has it already.
 * https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
 */
export async function sendFile(
  c: Context,
  place: Place,
  { files, contentType }: SendFileOptions,
): Promise<Response> {
  const { ref, versionId } = place;
  const known = c.req.header('if-none-match');
  if (known !== undefined || c.req.method === 'HEAD') {
    const found = checked(await files.look(ref, { versionId }), place);
    const headers = headersOf(found, ref.key, contentType);
    if (known !== undefined && matches(known, found.etag)) return c.body(null, 304, headers);
    if (c.req.method === 'HEAD') {
      return c.body(null, 200, { ...headers, 'content-length': String(found.sizeBytes) });
    }
  }
  const file = await files.open(ref, {
    versionId,
    range: await rangeOf(c, place, files),
    signal: c.req.raw.signal,
  });
  if (!file) throw gone(place, { isReplaced: false });
  if (!place.holds(file)) {
    file.body.destroy();
    throw gone(place, { isReplaced: true });
  }
  return c.body(Readable.toWeb(file.body) as ReadableStream, file.contentRange ? 206 : 200, {
    ...headersOf(file, ref.key, contentType),
    'content-length': String(file.lengthBytes),
    ...(file.contentRange && { 'content-range': file.contentRange }),
  });
}

/** The file of the place, if it still is that. */
export function checked(found: FoundFile | undefined, place: Place): FoundFile {
  if (!found) throw gone(place, { isReplaced: false });
  if (!place.holds(found)) throw gone(place, { isReplaced: true });
  return found;
}

/** Whether `If-None-Match` names this ETag. */
export function matches(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${etag}"`);
}

function headersOf({ etag }: FoundFile, key: string, contentType: string) {
  return {
    etag: `"${etag}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-type': contentType,
    'content-disposition': `${shown.has(contentType) ? 'inline' : 'attachment'}; ${fileName(key)}`,
    'content-security-policy': "default-src 'none'; sandbox",
  };
}

/** RFC 6266: plain ASCII for old clients, and the name itself. */
function fileName(key: string): string {
  const name = basename(key) || 'image';
  const plain = name.replace(/[^\w. -]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** One range in bytes; anything else is answered with the whole file, as RFC 9110 allows. */
async function rangeOf(c: Context, place: Place, files: ObjectFiles): Promise<string | undefined> {
  const range = c.req.header('range')?.trim();
  if (range === undefined || !/^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range)) return undefined;
  const condition = c.req.header('if-range');
  if (condition === undefined) return range;
  const found = await files.look(place.ref, { versionId: place.versionId });
  return found && condition === `"${found.etag}"` ? range : undefined;
}
