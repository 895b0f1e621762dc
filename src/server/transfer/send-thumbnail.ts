import type { Context } from 'hono';
import type { Thumbnail } from '../../convert/thumbnail.ts';
import { convertWithinBudget } from '../../pipeline/index.ts';
import { unlessAborted } from '../../process/unless-aborted.ts';
import { fileGoneError } from '../row-files/file-gone.ts';
import type { FileLocation } from '../row-files/locate-file.ts';
import type { Service } from '../service.ts';
import { memoryExhaustedError } from './read-body.ts';
import { matchesEtag, requireCurrent } from './send-file.ts';

interface SendThumbnailOptions {
  width: number;
  service: Service;
  signal: AbortSignal;
}

/**
 * Sends a scaled WebP of an output, made on request by a conversion process. Reading the row's own
 * file again is cheap and bounded, while stored thumbnails could become stale.
 */
export async function sendThumbnail(
  c: Context,
  location: FileLocation,
  { width, service, signal }: SendThumbnailOptions,
): Promise<Response> {
  const { files } = service.parts;
  const found = await unlessAborted(signal, files.head(location.ref, { signal }));
  const { sizeBytes, etag } = requireCurrent(found, location);
  const thumbnailEtag = `${etag}-${width}`;
  const headers = { etag: `"${thumbnailEtag}"`, 'cache-control': 'private, max-age=3600' };
  const ifNoneMatch = c.req.header('if-none-match');
  if (ifNoneMatch !== undefined && matchesEtag(ifNoneMatch, thumbnailEtag))
    return c.body(null, 304, headers);
  const contentType = 'image/webp' satisfies Thumbnail['contentType'];
  if (c.req.method === 'HEAD')
    return c.body(null, 200, { ...headers, 'content-type': contentType });

  const { bytes } = await service.limiter.run(() =>
    unlessAborted(signal, makeThumbnail(location, { width, sizeBytes, service, signal })),
  );
  return c.body(Buffer.from(bytes), 200, { ...headers, 'content-type': contentType });
}

async function makeThumbnail(
  location: FileLocation,
  { width, sizeBytes, service, signal }: SendThumbnailOptions & { sizeBytes: number },
): Promise<Thumbnail> {
  const { store, converter, limits, transfers, memory } = service.parts.pipeline;
  const share = transfers.openShare();
  try {
    if (!share.resize(sizeBytes)) throw memoryExhaustedError();
    const object = await store.read(location.ref, { maxBytes: sizeBytes });
    if (!object?.bytes) throw fileGoneError(location, { isReplaced: object !== undefined });
    const image = await converter.openThumbnail(object.bytes, { width, limits, signal });
    return await convertWithinBudget(image, {
      memory,
      ifTooLarge: 'refuse',
      use: (thumbnail) => thumbnail,
    });
  } finally {
    share.release();
  }
}
