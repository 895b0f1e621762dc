import type { Context } from 'hono';
import type { Thumbnail } from '../../convert/thumbnail.ts';
import { convertWithinBudget } from '../../pipeline/index.ts';
import { gone } from '../problems/gone.ts';
import type { Place } from '../routes/belongs-to.ts';
import type { Service } from '../service.ts';
import { noRoom } from './read-body.ts';
import { checked, matches } from './send-file.ts';
import { unlessAborted } from './work-signal.ts';

export interface SendThumbnailOptions {
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
  place: Place,
  { width, service, signal }: SendThumbnailOptions,
): Promise<Response> {
  const { files } = service.parts;
  const looking = unlessAborted(signal, files.look(place.ref, { signal }));
  const { sizeBytes, etag } = checked(await looking, place);
  const headers = {
    etag: `"${etag}-${width}"`,
    'cache-control': 'private, max-age=3600',
  };
  const known = c.req.header('if-none-match');
  if (known !== undefined && matches(known, `${etag}-${width}`)) return c.body(null, 304, headers);
  const contentType = 'image/webp' satisfies Thumbnail['contentType'];
  if (c.req.method === 'HEAD')
    return c.body(null, 200, { ...headers, 'content-type': contentType });

  const { bytes } = await service.gate.pass(() =>
    unlessAborted(signal, makeThumbnail(place, { width, sizeBytes, service, signal })),
  );
  return c.body(Buffer.from(bytes), 200, { ...headers, 'content-type': contentType });
}

async function makeThumbnail(
  place: Place,
  { width, sizeBytes, service, signal }: SendThumbnailOptions & { sizeBytes: number },
): Promise<Thumbnail> {
  const { store, converter, limits, transfers, memory } = service.parts.pipeline;
  const share = transfers.hold();
  try {
    if (!share.resize(sizeBytes)) throw noRoom();
    const object = await store.read(place.ref, { maxBytes: sizeBytes });
    if (!object?.bytes) throw gone(place, { isReplaced: object !== undefined });
    const image = await converter.openThumbnail(object.bytes, { width, limits, signal });
    return await convertWithinBudget(image, {
      memory,
      tooLarge: 'refuse',
      use: (thumbnail) => thumbnail,
    });
  } finally {
    share.release();
  }
}
