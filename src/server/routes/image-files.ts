import type { Context } from 'hono';
import { inputFormats, outputFormats } from '../../convert/index.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { downloadName } from '../../pipeline/index.ts';
import { getGray, getSource } from '../api/image-routes.ts';
import { RequestError } from '../problems/problems.ts';
import { type FilePart, locateFile } from '../row-files/locate-file.ts';
import { outputFormatOf } from '../row-files/output-format.ts';
import type { Api, Service } from '../service.ts';
import { createLimiter } from '../transfer/limiter.ts';
import { requestSignal, storeTooSlowError } from '../transfer/request-signal.ts';
import { sendFile } from '../transfer/send-file.ts';
import { sendThumbnail } from '../transfer/send-thumbnail.ts';
import { findServedRow } from './images.ts';

/** Each download uses little memory, but one connection to the store. */
const maxStreams = 128;

/** Serves the files: `/v1/images/{id}/source` and `/gray`. */
export function addImageFileRoutes(app: Api, service: Service): void {
  const streams = createLimiter(maxStreams);
  const timeoutMs = service.parts.config.server.requestTimeoutSeconds * 1e3;

  app.openapi(getSource, async (c) => {
    const { id } = c.req.valid('param');
    return await send(c, await findServedRow(service, id, 'source'), { part: 'source' });
  });

  app.openapi(getGray, async (c) => {
    const { id } = c.req.valid('param');
    const row = await findServedRow(service, id, 'output');
    return await send(c, row, { part: 'output', ...c.req.valid('query') });
  });

  async function send(
    c: Context,
    row: LedgerRow,
    { part, width }: { part: FilePart; width?: number | undefined },
  ): Promise<Response> {
    const location = locateFile(row, part);
    if (!location) {
      throw new RequestError(
        'NO_SUCH_FILE',
        `Image ${row.id} has no ${part}: its status is ${row.status}.`,
      );
    }
    const signal = requestSignal(c.req.raw, timeoutMs, storeTooSlowError);
    if (width !== undefined) return await sendThumbnail(c, location, { width, service, signal });
    const format = formatOf(row, part);
    const name = downloadName(location.ref.key, part === 'output' ? format : null);
    const contentType = contentTypeOf(format);
    return await sendFile(c, location, { service, streams, contentType, name, signal, timeoutMs });
  }
}

function formatOf(row: LedgerRow, part: FilePart): string | null {
  return part === 'output' ? outputFormatOf(row) : row.inputFormat;
}

/** The type comes from the detected format, not from the uploader's Content-Type. */
function contentTypeOf(format: string | null): string {
  const formats: Record<string, { contentType: string }> = { ...inputFormats, ...outputFormats };
  return formats[format ?? '']?.contentType ?? 'application/octet-stream';
}
