import type { Context } from 'hono';
import { thumbnailOf } from '../convert/index.ts';
import type { Place } from './belongs-to.ts';
import { gone } from './gone.ts';
import { checked, matches } from './send-file.ts';
import type { Service } from './service.ts';

export interface SendThumbnailOptions {
  width: number;
  service: Service;
}

/**
 * A scaled WebP of an output, made when it is asked for. Reading the row's own file again is cheap
 * and bounded; keeping thumbnails would be another thing that can be stale.
 */
export async function sendThumbnail(
  c: Context,
  place: Place,
  { width, service }: SendThumbnailOptions,
): Promise<Response> {
  const { files, pipeline } = service.parts;
  const { sizeBytes, etag } = checked(await files.look(place.ref), place);
  const headers = {
    etag: `"${etag}-${width}"`,
    'cache-control': 'private, max-age=3600',
  };
  const known = c.req.header('if-none-match');
  if (known !== undefined && matches(known, `${etag}-${width}`)) return c.body(null, 304, headers);

  const { bytes, contentType } = await service.gate.pass(() =>
    pipeline.transfers.use(sizeBytes, async () => {
      const object = await pipeline.store.read(place.ref, { maxBytes: sizeBytes });
      if (!object?.bytes) throw gone(place, { isReplaced: object !== undefined });
      return await thumbnailOf(object.bytes, width, pipeline.limits);
    }),
  );
  return c.body(Buffer.from(bytes), 200, { ...headers, 'content-type': contentType });
}
