import { makeZip } from 'client-zip';
import type { Context } from 'hono';
import type { LedgerRow } from '../../ledger/ledger-reader.ts';
import { describeCause } from '../../pipeline/index.ts';
import { ZipFormSchema, zipImages } from '../api/bulk-routes.ts';
import { RequestError } from '../problems/problems.ts';
import { type FileLocation, locateFile } from '../row-files/locate-file.ts';
import { outputFormatOf } from '../row-files/output-format.ts';
import {
  isInServedBuckets,
  type ServedBuckets,
  servedBucketsOf,
} from '../row-files/served-buckets.ts';
import { createZipNames } from '../row-files/zip-names.ts';
import type { Api, Service } from '../service.ts';
import { createLimiter, type Limiter } from '../transfer/limiter.ts';
import { memoryExhaustedError } from '../transfer/read-body.ts';
import { readForm } from '../transfer/read-form.ts';
import { closedSignal, nodeResponseOf } from '../transfer/response-end.ts';
import { watchStream } from '../transfer/watch-stream.ts';
import { readAheadBytes, type ZipEntry, type ZipFile, zipEntries } from '../transfer/zip-files.ts';

/** Each takes several connections to the store. */
const maxZips = 8;
/** Rows that are read from the ledger with one query. */
const rowsPerQuery = 500;

/** `POST /v1/images/zip` */
export function addZipRoute(app: Api, service: Service): void {
  const zips = createLimiter(maxZips);
  const timeoutMs = service.parts.config.server.requestTimeoutSeconds * 1e3;

  app.openapi(zipImages, async (c) => {
    const { ids } = await readForm(c.req.raw, ZipFormSchema, service);
    const notIncluded: string[] = [];
    const files = findFiles(ids, service, notIncluded);
    const first = await files.next();
    if (first.done) throw nothingToPackError(notIncluded);
    const { ended, end } = reserve(c, zips, service);
    const entries = zipEntries(startingWith(first.value, files), {
      files: service.parts.files,
      timeoutMs,
      closed: ended,
      onGone: ({ location }) => notIncluded.push(`${location.ref.key}: no longer exists`),
    });
    const onFailure = (error: unknown) => {
      if (ended.aborted) return;
      service.log('error', 'ZIP not sent in full', { cause: describeCause(error) });
      // The status is already sent, so only closing the connection can show that the rest is
      // missing.
      const outgoing = nodeResponseOf(c);
      if (!outgoing) throw error;
      outgoing.destroy();
    };
    const zip = makeZip(withNote(entries, notIncluded));
    return c.body(watchStream(zip, { onFailure, onEnd: end }), 200, {
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="grayscale.zip"',
    });
  });
}

/** Takes a slot, and memory, until the response is over. Throws `OVERLOADED`. */
function reserve(c: Context, zips: Limiter, { parts }: Service) {
  const ending = new AbortController();
  const end = () => ending.abort();
  const closed = closedSignal(c);
  const releaseSlot = zips.acquire();
  const share = parts.pipeline.transfers.openShare();
  ending.signal.addEventListener('abort', releaseSlot, { once: true });
  ending.signal.addEventListener('abort', share.release, { once: true });
  closed.addEventListener('abort', end, { once: true });
  const isReserved = share.resize(readAheadBytes);
  if (closed.aborted || !isReserved) end();
  if (!isReserved) throw memoryExhaustedError();
  return { ended: ending.signal, end };
}

/** The outputs of the images, in order; the others are added to `notIncluded`. */
async function* findFiles(
  ids: string[],
  { parts }: Service,
  notIncluded: string[],
): AsyncGenerator<ZipFile, void, undefined> {
  const nameOf = createZipNames();
  const buckets = servedBucketsOf(parts);
  for (let from = 0; from < ids.length; from += rowsPerQuery) {
    const some = ids.slice(from, from + rowsPerQuery);
    const rows = new Map((await parts.reader.findAll(some)).map((row) => [row.id, row]));
    for (const id of some) {
      const row = rows.get(id);
      const file = row ? findOutput(row, buckets) : 'no longer exists';
      if (!row || typeof file === 'string') {
        notIncluded.push(`${row?.sourceKey ?? `image ${id}`}: ${file}`);
        continue;
      }
      yield {
        name: nameOf(file.ref.key, outputFormatOf(row)),
        location: file,
        sizeBytes: row.outputSizeBytes ?? Number.POSITIVE_INFINITY,
        lastModified: new Date(row.recordedAt),
      };
    }
  }
}

/** The output's location, or why there is none. */
function findOutput(row: LedgerRow, buckets: ServedBuckets): FileLocation | string {
  const location = locateFile(row, 'output');
  if (row.status !== 'converted' || !location) return row.status;
  return isInServedBuckets(row, buckets, 'output') ? location : 'its output is in another bucket';
}

async function* startingWith<Item>(first: Item, rest: AsyncIterable<Item>): AsyncGenerator<Item> {
  yield first;
  yield* rest;
}

/** At the end, a text lists the images without a file. */
async function* withNote(
  entries: AsyncIterable<ZipEntry>,
  notIncluded: readonly string[],
): AsyncGenerator<ZipEntry, void, undefined> {
  yield* entries;
  if (notIncluded.length === 0) return;
  const input = `${notIncluded.join('\n')}\n`;
  yield { name: 'not-included.txt', lastModified: new Date(), input };
}

function nothingToPackError(notIncluded: readonly string[]): RequestError {
  const some = notIncluded.slice(0, 5).join('; ');
  return new RequestError(
    'NO_SUCH_FILE',
    `Expected at least one image with an output file but found none: ${some}.`,
  );
}
