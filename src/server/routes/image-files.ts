import type { Context } from 'hono';
import { inputFormats, outputFormats } from '../../convert/index.ts';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { getGray, getSource } from '../api/image-routes.ts';
import { RequestError } from '../problems/problems.ts';
import { locateFile } from '../row-files/locate-file.ts';
import type { Api, Service } from '../service.ts';
import { createGate } from '../transfer/gate.ts';
import { sendFile } from '../transfer/send-file.ts';
import { sendThumbnail } from '../transfer/send-thumbnail.ts';
import { storeTooSlow, workSignal } from '../transfer/work-signal.ts';
import { findServedRow } from './images.ts';

/** Each uses little memory, but one connection to the store. */
const maxStreams = 128;

/** Serves the files: `/v1/images/{id}/source` and `/gray`. */
export function addImageFiles(app: Api, service: Service): void {
  const streams = createGate(maxStreams);
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
    { part, width }: { part: Part; width?: number | undefined },
  ): Promise<Response> {
    const location = locateFile(row, part);
    if (!location) {
      throw new RequestError(
        'NO_SUCH_FILE',
        `Image ${row.id} has no ${part}: its status is ${row.status}.`,
      );
    }
    const signal = workSignal(c.req.raw, timeoutMs, storeTooSlow);
    if (width !== undefined) return await sendThumbnail(c, location, { width, service, signal });
    const contentType = contentTypeOf(row, part);
    return await sendFile(c, location, { service, streams, contentType, signal, timeoutMs });
  }
}

type Part = 'source' | 'output';

/** The type comes from the detected format, not from the uploader's Content-Type. */
function contentTypeOf({ inputFormat, outputFormat }: LedgerRow, part: Part): string {
  const format = part === 'output' && outputFormat !== 'source' ? outputFormat : inputFormat;
  const formats: Record<string, { contentType: string }> = { ...inputFormats, ...outputFormats };
  return formats[format ?? '']?.contentType ?? 'application/octet-stream';
}
