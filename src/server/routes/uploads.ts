import { Readable } from 'node:stream';
import { recipeHash } from '../../convert/index.ts';
import type { FoundObject, ObjectRef, ObjectVersion } from '../../pipeline/index.ts';
import { unlessAborted } from '../../process/unless-aborted.ts';
import type { UploadQueue } from '../../queue/upload-queue.ts';
import { ObjectExistsError, type ObjectFiles } from '../../storage/object-files.ts';
import { upload } from '../api/work-routes.ts';
import { RequestError } from '../problems/problems.ts';
import type { Api, Service } from '../service.ts';
import { bodyChunks, type MinSpeed } from '../transfer/body-chunks.ts';
import { keyTakenError, withFreeKey } from '../transfer/free-key.ts';
import { createLimiter, type Limiter } from '../transfer/limiter.ts';
import { expectFile } from '../transfer/media-type.ts';
import { bodyTooLargeError, contentLength } from '../transfer/read-body.ts';
import {
  requestSignal,
  requestTooSlowError,
  storeTooSlowError,
} from '../transfer/request-signal.ts';

const presignedSeconds = 900;
/** Each uses negligible memory, but one connection to the store. */
const maxUploads = 64;

/** `POST /v1/uploads` */
export function addUploadRoute(app: Api, { parts, minSpeed }: Service): void {
  const { config, bucket, files, pipeline, parseOptions, queue } = parts;
  const onExisting = queue && enqueueWithoutRow(queue, parts);
  const uploads = createLimiter(maxUploads);
  const reserved = new Set<string>();
  const timeoutMs = config.server.requestTimeoutSeconds * 1e3;

  app.openapi(upload, async (c) => {
    const { key: wanted, presigned, ifExists } = c.req.valid('query');
    checkKey({ bucket, key: wanted }, parseOptions);
    expectFile(c.req.raw);
    const contentType = contentTypeOf(c.req.header('content-type'));
    const sizeBytes = presigned ? 0 : contentLength(c.req.raw);
    if (sizeBytes === undefined) throw lengthRequiredError();
    if (sizeBytes > pipeline.limits.maxBytes) throw bodyTooLargeError(pipeline.limits.maxBytes);
    const wantedRef = { bucket, key: wanted };
    const choice = { ifExists, files, reserved, ...(onExisting && { onExisting }) };
    if (presigned) {
      const sign = (ref: ObjectRef) => presign(ref, contentType, files);
      return c.json(await withFreeKey(wantedRef, choice, sign), 200);
    }
    // Before anything is stored: with `rename`, a repeated request would store it twice.
    if (ifExists !== 'replace') await queue?.check();
    const properties = { sizeBytes, contentType, onlyIfNew: ifExists !== 'replace' };
    const options = { ...properties, files, uploads, timeoutMs, minSpeed };
    const { ref, version } = await withFreeKey(wantedRef, choice, async (ref) => {
      const version = await store(c.req.raw, ref, options).catch((error: unknown) => {
        throw error instanceof ObjectExistsError ? keyTakenError(ref, ifExists) : error;
      });
      return { ref, version };
    });
    const { etag, versionId = null } = version;
    await queue?.send([{ ...ref, ...version, eventTime: new Date() }]);
    const outcome = outcomePath(ref, etag);
    c.header('location', outcome);
    return c.json({ ...ref, etag, versionId, sizeBytes, outcome }, 202);
  });
}

/**
 * Completes uploads that were stored but not queued, because the queue or the server failed in
 * between: their clients repeat the request, and find the object.
 */
function enqueueWithoutRow(
  queue: UploadQueue,
  { reader, pipeline }: Pick<Service['parts'], 'reader' | 'pipeline'>,
) {
  const hash = recipeHash(pipeline.recipe);
  const send = queue.sendMissing ?? queue.send;
  return async ({ bucket, key }: ObjectRef, { etag, versionId, sizeBytes }: FoundObject) => {
    const [content] = await reader.contentStates(bucket, [{ key, etag }], hash);
    if (content?.hasRow) return;
    const version = { etag, sizeBytes, ...(versionId !== undefined && { versionId }) };
    await send([{ bucket, key, ...version, eventTime: new Date() }]);
  };
}

interface StoreOptions {
  sizeBytes: number;
  contentType: string;
  onlyIfNew: boolean;
  files: ObjectFiles;
  /** Uploads in progress. */
  uploads: Limiter;
  timeoutMs: number;
  minSpeed: MinSpeed;
}

async function store(
  request: Request,
  ref: ObjectRef,
  { files, uploads, timeoutMs, minSpeed, ...properties }: StoreOptions,
): Promise<ObjectVersion> {
  let isReceived = false;
  const signal = requestSignal(request, timeoutMs, () =>
    isReceived ? storeTooSlowError(timeoutMs) : requestTooSlowError(timeoutMs),
  );
  const chunks = bodyChunks(request, { signal, minSpeed });
  // An idle client takes neither a slot nor a connection to the store.
  const first = await chunks.next();
  async function* body() {
    if (!first.done) yield first.value;
    yield* chunks;
    isReceived = true;
  }
  return await uploads.run(() => {
    const stream = Readable.from(body(), { objectMode: false });
    return unlessAborted(signal, files.write(ref, stream, { ...properties, signal }));
  });
}

async function presign(ref: ObjectRef, contentType: string, files: ObjectFiles) {
  const url = await files.presign(ref, { contentType, expiresSeconds: presignedSeconds });
  if (url === undefined) {
    throw new RequestError(
      'NOT_PRESIGNABLE',
      `Expected the bucket ${ref.bucket} to allow PUT from other sites (CORS) but it does not. Send the bytes to this server, without presigned=true.`,
    );
  }
  const expiresAt = new Date(Date.now() + presignedSeconds * 1e3).toISOString();
  const headers = { 'content-type': contentType };
  return { method: 'PUT' as const, url, headers, expiresAt, outcome: outcomePath(ref) };
}

/** The URL of the list that will contain this content's row. */
function outcomePath({ bucket, key }: ObjectRef, etag?: string): string {
  return `/v1/images?${new URLSearchParams({ bucket, key, ...(etag && { etag }) })}`;
}

function checkKey({ bucket, key }: ObjectRef, options: Service['parts']['parseOptions']): void {
  const { outputPrefix, outputBucket = bucket } = options;
  const isOutput = bucket === outputBucket && key.startsWith(outputPrefix);
  const isAmbiguous = key.endsWith('/') || /(^|\/)\.{1,2}(\/|$)/.test(key);
  if (!isOutput && !isAmbiguous) return;
  const expected = `a key that is not under ${outputPrefix}, does not end with / and has no segment . or ..`;
  throw new RequestError('INVALID_REQUEST', `Expected ${expected}.`, {
    errors: [{ name: 'key', expected, received: key.slice(0, 100) }],
  });
}

/** Accepts only image types; the format is detected from the content anyway. */
function contentTypeOf(header: string | undefined): string {
  const type = header?.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^image\/[\w.+-]{1,60}$/.test(type) ? type : 'application/octet-stream';
}

function lengthRequiredError(): RequestError {
  return new RequestError(
    'LENGTH_REQUIRED',
    'Expected a Content-Length, which the store requires, but the request has none. Send a file or a blob instead of a stream of unknown length.',
  );
}
