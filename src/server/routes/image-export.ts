import type { LedgerRow, RowFilter, RowOrder } from '../../ledger/ledger-reader.ts';
import { describeCause } from '../../pipeline/index.ts';
import { exportImages } from '../api/bulk-routes.ts';
import { imageDocument } from '../api/image-document.ts';
import { positionOf } from '../api/row-position.ts';
import { csvHeader, csvLine } from '../api/rows-as-csv.ts';
import { type ServedBuckets, servedBucketsOf } from '../row-files/served-buckets.ts';
import type { Api, Service } from '../service.ts';
import { createLimiter } from '../transfer/limiter.ts';
import { closedSignal, nodeResponseOf } from '../transfer/response-end.ts';
import { watchStream } from '../transfer/watch-stream.ts';

const maxExports = 4;
/** Each page is one query, so that no connection is held while a client reads slowly. */
const rowsPerPage = 500;

/** `GET /v1/images/export` */
export function addExportRoute(app: Api, service: Service): void {
  const exports = createLimiter(maxExports);
  const buckets = servedBucketsOf(service.parts);

  app.openapi(exportImages, async (c) => {
    const { format, sort, since, until, ...fields } = c.req.valid('query');
    const filter = { ...fields, since: since?.toISOString(), until: until?.toISOString() };
    const release = exports.acquire();
    const closed = closedSignal(c);
    closed.addEventListener('abort', release, { once: true });
    try {
      const pages = listPages(service, filter, sort);
      // Errors of the first query still get a status.
      const first = await pages.next();
      const texts = formats[format].write(startingWith(first.value ?? [], pages), buckets);
      const body = watchStream(ReadableStream.from(texts).pipeThrough(new TextEncoderStream()), {
        onEnd: release,
        onFailure(error) {
          if (closed.aborted) return;
          service.log('error', 'export not sent in full', { cause: describeCause(error) });
          const outgoing = nodeResponseOf(c);
          if (!outgoing) throw error;
          outgoing.destroy();
        },
      });
      return c.body(body, 200, {
        'content-type': formats[format].contentType,
        'content-disposition': `attachment; filename="images.${format}"`,
      });
    } catch (error) {
      release();
      throw error;
    }
  });
}

async function* listPages(
  { parts: { reader } }: Service,
  filter: RowFilter,
  order: RowOrder,
): AsyncGenerator<LedgerRow[], undefined, undefined> {
  let rows = await reader.list(filter, { order, limit: rowsPerPage });
  for (;;) {
    yield rows;
    const last = rows.length === rowsPerPage ? rows.at(-1) : undefined;
    if (!last) return;
    rows = await reader.list(filter, { order, limit: rowsPerPage, after: positionOf(last, order) });
  }
}

type Pages = AsyncIterable<LedgerRow[]>;

const formats = {
  csv: { contentType: 'text/csv; charset=utf-8', write: writeCsv },
  json: { contentType: 'application/json', write: writeJson },
} satisfies Record<
  string,
  { contentType: string; write: (...args: [Pages, ServedBuckets]) => AsyncIterable<string> }
>;

async function* writeCsv(pages: Pages): AsyncGenerator<string> {
  yield csvHeader;
  for await (const rows of pages) yield rows.map(csvLine).join('');
}

async function* writeJson(pages: Pages, buckets: ServedBuckets): AsyncGenerator<string> {
  yield '[';
  let separator = '\n';
  for await (const rows of pages) {
    if (rows.length === 0) continue;
    yield separator + rows.map((row) => JSON.stringify(imageDocument(row, buckets))).join(',\n');
    separator = ',\n';
  }
  yield '\n]\n';
}

async function* startingWith<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}
