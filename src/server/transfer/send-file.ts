import type { Readable } from 'node:stream';
import type { Context } from 'hono';
import { contentDisposition, type FoundObject, RangeOutsideError } from '../../pipeline/index.ts';
import { unlessAborted } from '../../process/unless-aborted.ts';
import { fileGoneError } from '../row-files/file-gone.ts';
import type { FileLocation } from '../row-files/locate-file.ts';
import type { Service } from '../service.ts';
import type { Limiter } from './limiter.ts';
import { closedSignal, nodeResponseOf } from './response-end.ts';
import { storeChunks } from './store-chunks.ts';

interface SendFileOptions {
  service: Service;
  /** Limits concurrent downloads. */
  streams: Limiter;
  contentType: string;
  /** Under which browsers save the file. */
  name: string;
  /** Aborted when the store takes too long to start sending. */
  signal: AbortSignal;
  /** How long the store may pause mid-file. */
  timeoutMs: number;
}

interface StreamFileOptions extends SendFileOptions {
  range: string | undefined;
}

/** Types that browsers show as images and never as pages. */
const inlineTypes = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/avif', 'image/gif']);

/**
 * Streams a file, or the single requested range of it, unless the client's copy is current.
 * https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests
 */
export async function sendFile(
  c: Context,
  location: FileLocation,
  options: SendFileOptions,
): Promise<Response> {
  const { service, signal } = options;
  const { ref, versionId } = location;
  const readHead = () =>
    unlessAborted(signal, service.parts.files.head(ref, { versionId, signal }));
  const ifNoneMatch = c.req.header('if-none-match');
  if (ifNoneMatch !== undefined || c.req.method === 'HEAD') {
    const found = requireCurrent(await readHead(), location);
    const headers = headersOf(found, options);
    if (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, found.etag))
      return c.body(null, 304, headers);
    if (c.req.method === 'HEAD') {
      return c.body(null, 200, { ...headers, 'content-length': String(found.sizeBytes) });
    }
  }
  const range = await rangeOf(c, readHead);
  try {
    return await streamFile(c, location, { ...options, range });
  } catch (error) {
    if (error instanceof RangeOutsideError) {
      c.header('content-range', `bytes */${requireCurrent(await readHead(), location).sizeBytes}`);
    }
    throw error;
  }
}

/** Releases the slot and the connection to the store when the response is over. */
async function streamFile(
  c: Context,
  location: FileLocation,
  options: StreamFileOptions,
): Promise<Response> {
  const { service, streams, signal, timeoutMs, range } = options;
  const { ref, versionId } = location;
  const { files } = service.parts;
  const closed = closedSignal(c);
  const release = streams.acquire();
  let body: Readable | undefined;
  const end = () => {
    release();
    body?.destroy();
  };
  try {
    const opening = files.open(ref, { versionId, range, signal: closed });
    const opened = await unlessAborted(signal, opening).catch((error: unknown) => {
      void opening.then((late) => late?.body.destroy()).catch(() => {});
      throw error;
    });
    body = opened?.body;
    const file = requireCurrent(opened, location);
    closed.throwIfAborted();
    closed.addEventListener('abort', end, { once: true });
    const onFailure = (error: Error) => {
      service.log('error', 'file not sent in full', { key: ref.key, reason: error.message });
      // The status is already sent, so only closing the connection can show that the rest is
      // missing.
      const outgoing = nodeResponseOf(c);
      if (!outgoing) throw error;
      outgoing.destroy();
    };
    const chunks = storeChunks(file.body, { timeoutMs, closed, onFailure, onEnd: release });
    return c.body(ReadableStream.from(chunks), file.contentRange ? 206 : 200, {
      ...headersOf(file, options),
      'content-length': String(file.lengthBytes),
      ...(file.contentRange && { 'content-range': file.contentRange }),
    });
  } catch (error) {
    end();
    throw error;
  }
}

/** Returns the file if it still belongs to the row; otherwise throws `fileGoneError`. */
export function requireCurrent<Found extends FoundObject>(
  found: Found | undefined,
  location: FileLocation,
): Found {
  if (!found) throw fileGoneError(location, { isReplaced: false });
  if (!location.isCurrent(found)) throw fileGoneError(location, { isReplaced: true });
  return found;
}

/** Whether `If-None-Match` names this ETag. */
export function matchesEtag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${etag}"`);
}

function headersOf(
  { etag }: FoundObject,
  { name, contentType }: Pick<SendFileOptions, 'name' | 'contentType'>,
) {
  return {
    etag: `"${etag}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-type': contentType,
    'content-disposition': contentDisposition(
      inlineTypes.has(contentType) ? 'inline' : 'attachment',
      name,
    ),
    'content-security-policy': "default-src 'none'; sandbox",
  };
}

/** The requested range if it is a single one. Otherwise the whole file is sent, as RFC 9110 allows. */
async function rangeOf(
  c: Context,
  readHead: () => Promise<FoundObject | undefined>,
): Promise<string | undefined> {
  const range = c.req.header('range')?.trim();
  if (range === undefined || !/^bytes=(\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range)) return undefined;
  const ifRange = c.req.header('if-range');
  if (ifRange === undefined) return range;
  const found = await readHead();
  return found && ifRange === `"${found.etag}"` ? range : undefined;
}
